import { tenantNameProblem } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform } from '../__fixtures__/platform';
import { planDrill } from './drill';
import { TENANT_SELECTOR } from './names';
import { plannedResources } from './planned';
import { planTenant } from './planTenant';
import { TenantPlan } from './types';

const platform = testPlatform();

const idsOf = (plan: TenantPlan) => plannedResources(plan).map(({ id }) => id);

describe('the sacrificial pair', () => {
  const pair = planDrill(platform.clusters[0]);

  it.each(pair.map(plan => [plan.spec.name, plan] as const))(
    '%s is a tenant like any other, but that nobody owns it',
    (_, plan) => {
      const tenant = planTenant({ ...plan.spec, name: 'acme' }, platform);
      const walls = (of: TenantPlan) =>
        of.stages.find(stage => stage.name === 'walls')!.resources.length;
      expect(walls(plan)).toBe(walls(tenant));
      expect(idsOf(plan)).not.toContain('RoleBinding threewalls-owner');
      expect(idsOf(tenant)).toContain('RoleBinding threewalls-owner');
    },
  );

  it('has names that no tenant can have, and is listed as none', () => {
    for (const { spec } of pair) {
      expect(tenantNameProblem(spec.name)).toMatch(/reserved/);
      expect(TENANT_SELECTOR).toContain(`threewalls.io/tenant!=${spec.name},`);
    }
  });
});
