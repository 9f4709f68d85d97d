import { Receipt } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { planCanary } from '../plan/canary';
import { TenantPlan } from '../plan/types';
import { Platform } from '../config/platform';
import { attemptsOf } from './checks/checks';
import { canaryParty, tenantParty } from './round/facts';

/**
 * A receipt that a round will have, before it has begun.
 *
 * @public
 */
export type ExpectedReceipt = Pick<
  Receipt,
  'check' | 'wall' | 'kind' | 'target' | 'request'
>;

/**
 * What a round tries of a tenant, as far as the plans say; the addresses of pods
 * and nodes come on top when it begins.
 *
 * @public
 */
export function expectedReceipts(options: {
  cluster: Cluster;
  platform: Platform;
  tenant: TenantPlan;
  neighbour?: TenantPlan;
}): ExpectedReceipt[] {
  const { cluster, platform, tenant, neighbour } = options;
  return attemptsOf({
    cluster,
    platform,
    tenant: tenantParty(tenant),
    neighbour: neighbour && tenantParty(neighbour),
    canary: canaryParty(planCanary(cluster, platform)),
    kubeApi: [{ host: 'kubernetes.default.svc', port: 443 }],
    kubelets: [],
  }).map(({ check: { id, wall, kind }, attempt: { target, request } }) => ({
    check: id,
    wall,
    kind,
    target,
    request,
  }));
}
