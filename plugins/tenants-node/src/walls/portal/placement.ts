import { plannedObjects } from '../planned';
import { PlacementAttempt, Side } from '../types';

/** Where the plan's workload has to run: a sandbox, nodes of its own. */
export interface DeclaredPlacement {
  runtimeClassName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: object[];
}

/** What the plan declares; the proof pod runs in the same way. */
export function declaredPlacement({
  tenant,
}: Pick<Side, 'tenant'>): DeclaredPlacement {
  const deployment = plannedObjects(tenant.plan, 'Deployment')[0];
  const spec = (deployment?.spec as any)?.template?.spec ?? {};
  const { runtimeClassName, nodeSelector, tolerations } = spec;
  return { runtimeClassName, nodeSelector, tolerations };
}

/** Attempts for what is declared; none for what isn't. */
export function placements(
  side: Side,
): Record<'runtimeClass' | 'nodes', PlacementAttempt[]> {
  const { runtimeClassName, nodeSelector } = declaredPlacement(side);
  return {
    runtimeClass: runtimeClassName ? [inSandbox(runtimeClassName)] : [],
    nodes: nodeSelector ? [onNodes(nodeSelector)] : [],
  };
}

function inSandbox(name: string): PlacementAttempt {
  return {
    by: 'placement',
    target: `RuntimeClass ${name}`,
    request: "run the proof pod, and compare its kernel with its node's",
    expected: `RuntimeClass ${name}, and a kernel of its own`,
    judge: ({ runtimeClassName, kernel, node }) => {
      const ok =
        runtimeClassName === name &&
        kernel !== undefined &&
        node !== undefined &&
        kernel !== node.kernel;
      return {
        code: runtimeClassName ?? 'NONE',
        response: `kernel ${kernel}, its node's ${node?.kernel}`,
        outcome: ok ? 'asExpected' : 'failed',
      };
    },
  };
}

function onNodes(selector: Record<string, string>): PlacementAttempt {
  const wanted = Object.entries(selector);
  const text = wanted.map(([key, value]) => `${key}=${value}`).join(',');
  return {
    by: 'placement',
    target: `nodes ${text}`,
    request: 'run the proof pod, and look at its node',
    expected: `a node with ${text}`,
    judge: ({ nodeName, node }) => ({
      code: nodeName ?? 'NONE',
      response: `ran on ${nodeName}`,
      outcome: wanted.every(([key, value]) => node?.labels[key] === value)
        ? 'asExpected'
        : 'failed',
    }),
  };
}
