import { testPlatform, testSpec } from '../__fixtures__/platform';
import { Cluster } from '../clients';
import { planTenant } from '../plan';
import { KubernetesObject } from '../plan/types';
import { diffPlan } from './diffPlan';

const plan = planTenant(testSpec(), testPlatform());
const secret = plan.stages.find(stage => stage.name === 'secret')!;
const [resource] = secret.resources;
const object = (resource as { object: KubernetesObject }).object;

function version(resourceVersion: string, more: object = {}): KubernetesObject {
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion, ...more },
  };
}

/** A cluster that answers looks and dry runs of the ExternalSecret in turn. */
function clusterOf(looks: KubernetesObject[], dryRuns: KubernetesObject[]) {
  const namespace = plan.stages[0].resources[0] as { object: KubernetesObject };
  return {
    kubernetes: {
      get: async ({ kind }: { kind: string }) =>
        kind === 'Namespace' ? namespace.object : looks.shift(),
      apply: async () => ({ status: 200, body: dryRuns.shift() }),
    },
  } as unknown as Cluster;
}

describe('diffPlan', () => {
  const only = { ...plan, stages: [secret] };
  const annotations = { 'controller.example.com/seen': 'yes' };

  it('does not take for a difference what a controller wrote meanwhile', async () => {
    const cluster = clusterOf(
      [version('1'), version('2', { annotations })],
      [version('2', { annotations }), version('2', { annotations })],
    );
    await expect(diffPlan(only, cluster)).resolves.toMatchObject([
      { id: 'ExternalSecret n8n', change: 'none', fields: [] },
    ]);
  });

  it('names the fields that differ', async () => {
    const live = version('1');
    const cluster = clusterOf(
      [{ ...live, spec: { ...(live.spec as object), refreshInterval: '9h' } }],
      [version('1')],
    );
    await expect(diffPlan(only, cluster)).resolves.toMatchObject([
      {
        change: 'update',
        fields: [
          { field: 'spec.refreshInterval', live: '9h', planned: '1h0m0s' },
        ],
      },
    ]);
  });
});
