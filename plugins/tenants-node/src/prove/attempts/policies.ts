import { KubernetesObject } from '../../plan/types';
import { plannedObjects } from '../checks/planned';
import { Attempt, Round, Side } from '../types';
import { mayAllow, maySelect } from './widening';

const KINDS = ['NetworkPolicy', 'CiliumNetworkPolicy'];

/**
 * Every policy that selects the namespace's pods and isn't ours: none may allow
 * anything, since policies are additive.
 */
export function noWidening({ tenant, platform }: Side): Attempt {
  const { plan } = tenant;
  const { namespace } = plan.names;
  const ours = new Set(
    plannedObjects(plan, ...KINDS).map(o => `${o.kind} ${o.metadata.name}`),
  );
  const cilium = platform.network.provider === 'cilium';
  return {
    key: 'policies',
    by: 'kubernetes',
    target: `policies of ${namespace}`,
    request: `list NetworkPolicies and CiliumNetworkPolicies of ${namespace}, and cluster-wide ones`,
    expected: 'none but ours allows anything',
    run: async context => {
      const [network, namespaced, clusterWide, home] = await Promise.all([
        list(context, 'networking.k8s.io/v1', 'NetworkPolicy', namespace),
        list(
          context,
          'cilium.io/v2',
          'CiliumNetworkPolicy',
          namespace,
          !cilium,
        ),
        list(
          context,
          'cilium.io/v2',
          'CiliumClusterwideNetworkPolicy',
          undefined,
          !cilium,
        ),
        context.cluster.kubernetes.get(
          { apiVersion: 'v1', kind: 'Namespace', name: namespace },
          { signal: context.signal },
        ),
      ]);
      const labels = home?.metadata.labels ?? {};
      const found = [
        ...[...network, ...namespaced].filter(
          ({ kind, metadata }) => !ours.has(`${kind} ${metadata.name}`),
        ),
        ...clusterWide.filter(p => maySelect(p, namespace, labels)),
      ];
      const wide = found.filter(mayAllow).map(nameOf);
      return wide.length === 0
        ? {
            code: 'NONE',
            response: `${ours.size} of ours; besides them: ${
              found.map(nameOf).join(', ') || 'none'
            }`,
            outcome: 'asExpected',
          }
        : {
            code: 'WIDENED',
            response: wide.join(', '),
            outcome: 'breached',
            reason: `${wide.join(', ')} allows more than the plan does`,
          };
    },
  };
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

async function list(
  { cluster, signal }: Round,
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  mayBeUnknown = false,
): Promise<KubernetesObject[]> {
  try {
    const ref = { apiVersion, kind, namespace };
    const { items } = await cluster.kubernetes.list(ref, { signal });
    return items.map(item => ({ ...item, kind }));
  } catch (error) {
    // A cluster without Cilium does not know its kinds.
    if (mayBeUnknown && [403, 404].includes((error as any).status)) {
      return [];
    }
    throw error;
  }
}
