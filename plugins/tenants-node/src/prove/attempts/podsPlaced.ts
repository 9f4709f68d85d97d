import { isDeepStrictEqual } from 'node:util';
import { N8N } from '../../plan/names';
import { N8N_SELECTOR } from '../../plan/network';
import { Placement } from '../../plan/placement';
import { PROOF_LABEL } from '../pod/labels';
import { plannedObjects } from '../checks/planned';
import { Attempt, Round, Side } from '../types';

/** What is looked at of a pod. */
interface RunningPod {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { nodeName?: string; runtimeClassName?: string };
}

/**
 * Where n8n itself runs, and would run next: the proof pod runs as planned, but
 * a Deployment that somebody has edited does not.
 */
export function podsPlaced(
  { tenant: { plan } }: Pick<Side, 'tenant'>,
  options: {
    expected: string;
    /** Fields of the Deployment's pod that have to be as planned */
    fields: (keyof Placement)[];
    /** What is wrong with a pod, if anything */
    wrong(
      pod: RunningPod,
      labelsOf: (node?: string) => Record<string, string>,
    ): string | undefined;
  },
): Attempt {
  const { namespace } = plan.names;
  return {
    key: "n8n's pods",
    by: 'kubernetes',
    target: `n8n's pods in ${namespace}`,
    request: `get Deployment ${N8N}, list its pods in ${namespace} and their nodes`,
    expected: options.expected,
    run: async context => {
      const [live, pods, labelsOf] = await Promise.all([
        deployedPod(namespace, context),
        podsOf(namespace, context),
        nodeLabels(context),
      ]);
      const planned = podOf(plannedObjects(plan, 'Deployment')[0]);
      const edited = options.fields
        .filter(field => !isDeepStrictEqual(live[field], planned[field]))
        .map(
          field =>
            `the Deployment's ${field} is ${JSON.stringify(live[field])}`,
        );
      const elsewhere = pods.flatMap(pod => {
        const said = options.wrong(pod, labelsOf);
        return said ? [`${pod.metadata.name} ${said}`] : [];
      });
      const wrong = [...edited, ...elsewhere];
      return wrong.length === 0
        ? {
            code: 'EQUAL',
            response: `${pods.length} as planned`,
            outcome: 'asExpected',
          }
        : {
            code: 'DIFFERENT',
            response: wrong.join('; '),
            outcome: 'failed',
            reason: `n8n does not run as planned: ${wrong.join('; ')}`,
          };
    },
  };
}

function podOf(deployment: any): Placement {
  return deployment?.spec?.template?.spec ?? {};
}

async function deployedPod(
  namespace: string,
  { cluster, signal }: Round,
): Promise<Placement> {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace };
  return podOf(await cluster.kubernetes.get({ ...ref, name: N8N }, { signal }));
}

async function podsOf(
  namespace: string,
  { cluster, signal }: Round,
): Promise<RunningPod[]> {
  const { items } = await cluster.kubernetes.list<RunningPod>(
    { apiVersion: 'v1', kind: 'Pod', namespace },
    {
      labelSelector: [
        ...Object.entries(N8N_SELECTOR).map(([k, v]) => `${k}=${v}`),
        `!${PROOF_LABEL}`,
      ].join(','),
      signal,
    },
  );
  // One that waits for a node does not run anywhere yet.
  return items.filter(
    ({ metadata, spec }) => !metadata.deletionTimestamp && spec.nodeName,
  );
}

async function nodeLabels({ cluster, signal }: Round) {
  const { items } = await cluster.kubernetes.list<any>(
    { apiVersion: 'v1', kind: 'Node' },
    { signal },
  );
  const labels = new Map<string, Record<string, string>>(
    items.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  return (node?: string) => labels.get(node ?? '') ?? {};
}
