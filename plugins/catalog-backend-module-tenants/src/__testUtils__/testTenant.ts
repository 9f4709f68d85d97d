import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';

/** A tenant as a cluster would hold it, for tests. */
export function testTenant(
  name: string,
  overrides: Partial<TenantRecord> = {},
): TenantRecord {
  const { cluster = 'lab', owner = 'group:default/guests' } = overrides;
  return {
    name,
    cluster,
    namespace: `web-tenant-${name}`,
    owner,
    spec: {
      name,
      owner,
      cluster,
      size: 'small',
      egress: { hosts: [], cidrs: [] },
      allowInternet: false,
    },
    phase: 'active',
    createdAt: '2025-01-01T00:00:00.000Z',
    resourceVersion: '1',
    ...overrides,
  };
}
