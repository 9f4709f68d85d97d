import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { tenantParty } from '../round/facts';
import { Attempt } from '../types';
import { declaredPlacement, placements } from './placement';

const platform = testPlatform({
  n8n: { runtimeClassName: 'gvisor', nodeSelector: { pool: '{{ name }}' } },
});
const plan = planTenant(testSpec(), platform);
const side = testSide({ platform, tenant: tenantParty(plan) });

/** A cluster with a node of acme's and one of everybody's. */
function clusterWith(pods: object[], edited: object = {}) {
  const nodes = [
    { metadata: { name: 'own', labels: { pool: 'acme' } } },
    { metadata: { name: 'shared', labels: {} } },
  ];
  return {
    kubernetes: {
      get: async () => ({
        spec: {
          template: { spec: { ...declaredPlacement(side), ...edited } },
        },
      }),
      list: async ({ kind }: { kind: string }) => ({
        items: kind === 'Node' ? nodes : pods,
      }),
    },
  };
}

const pod = (name: string, spec: object, metadata = {}) => ({
  metadata: { name, ...metadata },
  spec,
});

const [runtimeClass, nodes] = Object.values(placements(side)).map(
  attempts => (attempts as Attempt[]).find(({ by }) => by === 'kubernetes')!,
);

describe('the placement that a plan declares', () => {
  it('is the proof pod’s too', () => {
    expect(declaredPlacement(side)).toEqual({
      runtimeClassName: 'gvisor',
      nodeSelector: { pool: 'acme' },
    });
    expect(placements(testSide())).toEqual({
      runtimeClass: { because: 'No sandbox is declared' },
      nodes: { because: 'No dedicated nodes are declared' },
    });
  });

  it.each<[string, object[], string, string]>([
    [
      'as planned',
      [pod('a', { runtimeClassName: 'gvisor', nodeName: 'own' })],
      'asExpected',
      'asExpected',
    ],
    [
      'out of the sandbox',
      [pod('a', { nodeName: 'own' })],
      'failed',
      'asExpected',
    ],
    [
      'on a node of everybody’s',
      [pod('a', { runtimeClassName: 'gvisor', nodeName: 'shared' })],
      'asExpected',
      'failed',
    ],
    [
      'one of two',
      [
        pod('a', { runtimeClassName: 'gvisor', nodeName: 'own' }),
        pod('b', { runtimeClassName: 'runc', nodeName: 'gone' }),
      ],
      'failed',
      'failed',
    ],
    [
      'on its way out, or waiting for a node',
      [
        pod('a', { nodeName: 'shared' }, { deletionTimestamp: 'now' }),
        pod('b', {}),
      ],
      'asExpected',
      'asExpected',
    ],
    ['not at all', [], 'asExpected', 'asExpected'],
  ])('n8n runs %s', async (_, pods, inSandbox, onNodes) => {
    const outcomes = await Promise.all(
      [runtimeClass, nodes].map(
        async attempt =>
          (
            await runAttempt(side, attempt, clusterWith(pods))
          ).outcome,
      ),
    );
    expect(outcomes).toEqual([inSandbox, onNodes]);
  });

  it.each<[object, string, string]>([
    [{ runtimeClassName: undefined }, 'failed', 'asExpected'],
    [{ nodeSelector: { pool: 'globex' } }, 'asExpected', 'failed'],
    [{ tolerations: [{ operator: 'Exists' }] }, 'asExpected', 'failed'],
  ])('is missed in an edited Deployment: %j', async (edited, ...expected) => {
    const outcomes = await Promise.all(
      [runtimeClass, nodes].map(
        async attempt =>
          (
            await runAttempt(side, attempt, clusterWith([], edited))
          ).outcome,
      ),
    );
    expect(outcomes).toEqual(expected);
  });

  it('says which pod runs elsewhere', async () => {
    const wrong = clusterWith([pod('n8n-1', { nodeName: 'shared' })]);
    expect((await runAttempt(side, runtimeClass, wrong)).reason).toBe(
      'n8n does not run as planned: n8n-1 has RuntimeClass none',
    );
    expect((await runAttempt(side, nodes, wrong)).reason).toBe(
      'n8n does not run as planned: n8n-1 runs on shared',
    );
  });
});
