import { ClusterProfile, N8nConfig } from '../config/platform';
import { forTenant } from './names';
import { planPod } from './pods';

/** Where a tenant's n8n runs, as a pod's spec says it; empty where nothing is declared. */
export type Placement = Pick<
  N8nConfig,
  'runtimeClassName' | 'nodeSelector' | 'tolerations'
>;

/** A sandbox, nodes of its own: config with the tenant's name filled in. */
export function planPlacement(
  { n8n, pods }: Pick<ClusterProfile, 'n8n' | 'pods'>,
  tenant: string,
): Placement {
  const { runtimeClassName, tolerations } = n8n;
  const { nodeSelector: ofAll } = planPod({ pods });
  const nodeSelector =
    ofAll || n8n.nodeSelector ? { ...ofAll, ...n8n.nodeSelector } : undefined;
  return {
    ...(runtimeClassName && { runtimeClassName }),
    ...(nodeSelector && {
      nodeSelector: Object.fromEntries(
        Object.entries(nodeSelector).map(([key, value]) => [
          key,
          forTenant(value, tenant),
        ]),
      ),
    }),
    ...(tolerations && {
      tolerations: tolerations.map(({ value, ...rest }) => ({
        ...rest,
        ...(value !== undefined && { value: forTenant(value, tenant) }),
      })),
    }),
  };
}
