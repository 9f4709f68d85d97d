import {
  Tenant,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { proofOf, tenantOf } from '../src/__fixtures__';

/** As long as a tenant's name may be with the usual prefix. */
const LONG = 'the-department-for-long-names-in-forty-and';

/** So many tenants; a few are breached, unproven, stale or long of name. */
export function manyTenants(count: number): Record<string, Tenant> {
  const tenants = Array.from({ length: count }, (_, i) => {
    const name = i % 10 === 3 ? `${LONG}-${i}`.slice(-46) : `tenant-${i}`;
    const status: WallStatus =
      (i % 37 === 5 && 'breached') || (i % 23 === 7 && 'unproven') || 'holds';
    const proof = proofOf(name, {
      minutes: 1 + (i % 90),
      verdicts: [{ status }],
    });
    return tenantOf(name, proof, {
      cluster: i % 3 === 1 ? 'edge' : 'lab',
      wall: i % 41 === 9 ? { stale: true } : undefined,
      usage:
        i % 19 === 2
          ? undefined
          : { cpu: (i % 11) / 10, memory: (i % 7) / 6, pods: (i % 5) / 10 },
    });
  });
  return Object.fromEntries(tenants.map(tenant => [tenant.name, tenant]));
}
