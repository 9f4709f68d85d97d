import { quote, say } from '@threewalls/backstage-plugin-tenants-common';
import { labelText, selects } from '../../plan/live/selectors';
import { Placement } from '../../plan/placement';
import { plannedObjects } from '../../plan/planned';
import { Attempt, DoesNotApply, Round, Side } from '../types';
import { isWorkload } from '../round/facts';
import { asExpected, finding } from './finding';
import { listed, PODS, stateAttempt } from './reading';

/** Where the plan's workload has to run: a sandbox, nodes of its own. */
export type DeclaredPlacement = Placement;

/** What the plan declares; the proof pod runs in the same way. */
export function declaredPlacement({
  tenant,
}: Pick<Side, 'tenant'>): DeclaredPlacement {
  const deployment = plannedObjects(tenant.plan, 'Deployment')[0];
  const spec = (deployment?.spec as any)?.template?.spec ?? {};
  const { runtimeClassName, nodeSelector, tolerations } = spec;
  return { runtimeClassName, nodeSelector, tolerations };
}

/** Attempts for what is declared, and that the rest is not. */
export function placements(
  side: Side,
): Record<'runtimeClass' | 'nodes', Attempt[] | DoesNotApply> {
  const { runtimeClassName, nodeSelector } = declaredPlacement(side);
  return {
    runtimeClass: runtimeClassName
      ? [inSandbox(runtimeClassName), sandboxAsItIs(side)]
      : { because: say('noSandbox') },
    nodes: nodeSelector
      ? [onNodes(nodeSelector), workloadOnNodes(side, nodeSelector)]
      : { because: say('noNodes') },
  };
}

/** A node and a time, as a receipt carries them on. */
const SINCE = /([^\s(]+) (\d{4}-\d\d-\d\dT[\d:.]+Z)/g;

/**
 * Since when nothing was tried from each node of a tenant's workload, in milliseconds:
 * by the last receipt about them, which has carried it on.
 */
function untriedSince({
  tenant: { nodes },
  tried: { last } = {},
}: Pick<Side, 'tenant' | 'tried'>): Map<string, number> {
  const named = last?.target.replace(/^nodes /, '').split(', ') ?? [];
  const carried = new Map(
    [...(last?.response ?? '').matchAll(SINCE)].map(([, node, at]) => [
      node,
      at,
    ]),
  );
  return new Map(
    nodes.map(node => {
      const at = carried.get(node) ?? last?.startedAt;
      // One where n8n is new has its time from now on.
      return [node, at && named.includes(node) ? Date.parse(at) : Date.now()];
    }),
  );
}

/** Where a proof is tried from: of several nodes the one that had to wait for longest. */
export function nodeToTry(side: Side): string | undefined {
  const [first] = [...untriedSince(side)]
    .sort(() => Math.random() - 0.5)
    .sort(([, a], [, b]) => a - b);
  return first?.[0];
}

/**
 * Where the proof pod ran, and where n8n does: a node without room is no failure, but
 * for as long as a proof is good for. Several nodes take turns.
 */
export function fromOwnNode(side: Side): Attempt[] | DoesNotApply {
  const { nodes } = side.tenant;
  if (nodes.length === 0) {
    return { because: say('noNode') };
  }
  return [
    {
      key: 'proof pod',
      by: 'tenant',
      target: `nodes ${nodes.join(', ')}`,
      request: 'run the proof pod, and look at its node',
      expected: 'a node that n8n runs on',
      run: async round => {
        const pod = await round.pod('tenant');
        const nodeName = pod?.facts.nodeName;
        const untried = [...untriedSince(side)]
          .filter(([node]) => node !== nodeName)
          // A long text is cut off: the oldest are kept.
          .sort(([, a], [, b]) => a - b);
        const list = (all: typeof untried) =>
          all.map(([n, at]) => `${n} ${new Date(at).toISOString()}`).join(', ');
        const aside = list(untried);
        const response = [
          nodeName && `ran on ${nodeName}`,
          aside && `(not tried since: ${aside})`,
        ]
          .filter(Boolean)
          .join(' ');
        if (!nodeName) {
          return finding(
            'inconclusive',
            'NONE',
            response,
            pod?.problem ?? say('ranNowhere'),
          );
        }
        const oldest =
          Date.now() - (side.tried?.maxAgeMs ?? Infinity) * nodes.length;
        const overdue = list(untried.filter(([, at]) => at < oldest));
        if (overdue) {
          return finding(
            'inconclusive',
            nodeName,
            response,
            quote(
              `For longer than proofs.maxAge nothing was tried from where n8n runs (since: ${overdue}): make room for a proof pod there, uncordon it, or move n8n`,
            ),
          );
        }
        return nodes.includes(nodeName)
          ? asExpected(nodeName, response)
          : finding(
              'notApplicable',
              nodeName,
              response,
              say('ranElsewhere', { nodes: nodes.join(', '), node: nodeName }),
            );
      },
    },
  ];
}

function inSandbox(name: string): Attempt {
  return {
    key: 'proof pod',
    by: 'tenant',
    target: `RuntimeClass ${name}`,
    request: "run the proof pod, and compare its kernel with its node's",
    expected: `RuntimeClass ${name}, and a kernel of its own`,
    run: async round => {
      const { facts = {} } = (await round.pod('tenant')) ?? {};
      const { runtimeClassName, kernel } = facts;
      const node = round.node(facts.nodeName);
      const ok =
        runtimeClassName === name &&
        kernel !== undefined &&
        node !== undefined &&
        kernel !== node.kernel;
      return finding(
        ok ? 'asExpected' : 'failed',
        runtimeClassName ?? 'NONE',
        `kernel ${kernel}, its node's ${node?.kernel}`,
      );
    },
  };
}

function onNodes(selector: Record<string, string>): Attempt {
  return {
    key: 'proof pod',
    by: 'tenant',
    target: `nodes ${labelText(selector)}`,
    request: 'run the proof pod, and look at its node',
    expected: `a node with ${labelText(selector)}`,
    run: async round => {
      const nodeName = (await round.pod('tenant'))?.facts.nodeName;
      const isThere = isOn(selector, round.node(nodeName)?.labels);
      return finding(
        isThere ? 'asExpected' : 'failed',
        nodeName ?? 'NONE',
        `ran on ${nodeName}`,
      );
    },
  };
}

/** n8n itself: a label of its node may have gone since it was placed there. */
function workloadOnNodes(
  side: Side,
  selector: Record<string, string>,
): Attempt {
  return podsOfWorkload(side, {
    key: "n8n's pods",
    request: 'look at their nodes',
    expected: `nodes with ${labelText(selector)}`,
    problems: ({ metadata, spec }, { node }) =>
      isOn(selector, node(spec.nodeName)?.labels)
        ? []
        : [`${metadata.name} runs on ${spec.nodeName}`],
  });
}

/** What a pod asks of its sandbox, but for hints about its volumes, which GKE writes. */
const SETTINGS = /^(io\.katacontainers\.|dev\.gvisor\.(?!spec\.mount\.))/;

/** n8n itself: its pods may have a sandbox made in another way than its class says. */
function sandboxAsItIs(side: Side): Attempt {
  return podsOfWorkload(side, {
    key: "n8n's pods",
    request: 'look for annotations that change their sandbox',
    expected: 'none',
    problems: ({ metadata: { name, annotations = {} } }) =>
      Object.entries(annotations)
        .filter(([key]) => SETTINGS.test(key))
        .map(([key, value]) => `${name} has ${key}=${value}`),
  });
}

/** What is wrong with any of n8n's pods that run. */
function podsOfWorkload(
  { tenant }: Side,
  {
    problems,
    request,
    ...attempt
  }: Pick<Attempt, 'key' | 'request' | 'expected'> & {
    problems(pod: any, round: Round): string[];
  },
): Attempt {
  const { namespace } = tenant.plan.names;
  return stateAttempt('kubernetes', {
    ...attempt,
    target: `n8n's pods in ${namespace}`,
    request: `list Pods of ${namespace}, and ${request}`,
    run: async round => {
      // One that waits for a node does not run anywhere yet.
      const running = (await listed(round.view, PODS, namespace))
        .filter(pod => isWorkload(pod, tenant.plan.workload.selector))
        .filter(pod => !pod.metadata.deletionTimestamp && pod.spec.nodeName);
      const said = running.flatMap(pod => problems(pod, round)).join('; ');
      return said
        ? finding('failed', 'DIFFERENT', said, quote(said))
        : asExpected('EQUAL', `${running.length} as expected`);
    },
  });
}

function isOn(
  matchLabels: Record<string, string>,
  labels: Record<string, string> = {},
): boolean {
  return selects({ matchLabels }, labels);
}
