import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { Tenant } from '../inventory/Inventory';

export function testSpec(
  name: string,
  over: Partial<TenantSpec> = {},
): TenantSpec {
  return {
    name,
    owner: 'group:default/guests',
    cluster: 'lab',
    size: 'small',
    egress: { hosts: [], cidrs: [] },
    allowInternet: false,
    ...over,
  };
}

export function testTenant(name: string, over: Partial<Tenant> = {}): Tenant {
  const { cluster = 'lab', owner = 'group:default/guests' } = over;
  return {
    uid: `uid-${name}`,
    name,
    cluster,
    namespace: `web-tenant-${name}`,
    owner,
    spec: testSpec(name, { owner, cluster }),
    phase: 'active',
    createdAt: '2025-01-01T00:00:00.000Z',
    seeding: false,
    status: 'unproven',
    breached: [],
    changed: [],
    turned: [],
    ...over,
  };
}
