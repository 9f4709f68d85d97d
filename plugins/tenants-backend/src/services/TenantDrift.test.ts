import {
  Clusters,
  diffPlan,
  Platform,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { testTenant } from '../__testUtils__/testTenant';
import { ClusterTenantDrift } from './TenantDrift';

jest.mock('@threewalls/backstage-plugin-tenants-node');

it('ClusterTenantDrift is what differs from the plan of a spec', async () => {
  const platform = {} as Platform;
  const lab = { name: 'lab' };
  const clusters = { get: () => lab } as unknown as Clusters;
  const plan = {} as ReturnType<typeof planTenant>;
  jest.mocked(planTenant).mockReturnValue(plan);
  const resource = { stage: 'walls' as const, fields: [] };
  jest.mocked(diffPlan).mockResolvedValue([
    { ...resource, id: 'a', change: 'none' },
    { ...resource, id: 'b', change: 'update' },
    { ...resource, id: 'c', change: 'create' },
  ]);
  const tenant = testTenant('acme');
  const drift = ClusterTenantDrift.create({ clusters, platform });
  const found = await drift.detect(tenant);
  expect(found.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(planTenant).toHaveBeenCalledWith(tenant.spec, platform);
  expect(diffPlan).toHaveBeenCalledWith(plan, lab, {});
});
