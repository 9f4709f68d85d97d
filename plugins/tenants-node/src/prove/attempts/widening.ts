import { KubernetesObject } from '../../plan/types';

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Rules {
  endpointSelector?: Selector;
  ingress?: unknown[];
  egress?: unknown[];
}

const NAMESPACE_KEY = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABEL_KEY = 'io.cilium.k8s.namespace.labels.';

/** Whether a policy has a rule that allows something; one that only denies has none. */
export function mayAllow(policy: KubernetesObject): boolean {
  return rulesOf(policy).some(
    ({ ingress, egress }) =>
      (ingress?.length ?? 0) > 0 || (egress?.length ?? 0) > 0,
  );
}

/**
 * Whether a cluster-wide Cilium policy may select pods of a namespace. What it
 * says of the pods' own labels is taken to match: they can change.
 */
export function maySelect(
  policy: KubernetesObject,
  namespace: string,
  labels: Record<string, string>,
): boolean {
  return rulesOf(policy).some(({ endpointSelector }) => {
    // Without one, the policy is for nodes.
    if (!endpointSelector) {
      return false;
    }
    const { matchLabels = {}, matchExpressions = [] } = endpointSelector;
    const requirements = [
      ...Object.entries(matchLabels).map(([key, value]) => ({
        key,
        operator: 'In',
        values: [value],
      })),
      ...matchExpressions,
    ];
    return requirements.every(({ key, operator, values = [] }) => {
      const bare = key.replace(/^(k8s|any):/, '');
      let value: string | undefined;
      if (bare === NAMESPACE_KEY) {
        value = namespace;
      } else if (bare.startsWith(NAMESPACE_LABEL_KEY)) {
        value = labels[bare.slice(NAMESPACE_LABEL_KEY.length)];
      } else {
        return true;
      }
      return meets(value, operator, values);
    });
  });
}

function meets(
  value: string | undefined,
  operator: string,
  values: string[],
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return true;
  }
}

function rulesOf(policy: KubernetesObject): Rules[] {
  const { spec, specs } = policy as { spec?: Rules; specs?: Rules[] };
  return [...(spec ? [spec] : []), ...(specs ?? [])];
}
