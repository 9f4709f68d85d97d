import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { PolicyQueryUser } from '@backstage/plugin-permission-node';
import {
  tenantAdministerPermission,
  tenantCreatePermission,
  tenantProvePermission,
  tenantReadPermission,
  tenantResizePermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantsPolicy } from './tenantsPolicy';

describe('the policy of tenants', () => {
  const decide = async (
    permission: Parameters<TenantsPolicy['handle']>[0]['permission'],
    ownershipEntityRefs: string[],
  ) => {
    const user = { info: { ownershipEntityRefs } } as PolicyQueryUser;
    return (await new TenantsPolicy().handle({ permission }, user)).result;
  };
  const visitor = ['user:default/visitor'];
  const member = ['user:default/ann', 'group:default/acme-team'];
  const platform = ['user:default/pat', 'group:default/platform-team'];
  const { ALLOW, CONDITIONAL, DENY } = AuthorizeResult;

  it.each([
    [tenantReadPermission, ALLOW, ALLOW, ALLOW],
    [tenantCreatePermission, DENY, ALLOW, ALLOW],
    [tenantResizePermission, CONDITIONAL, CONDITIONAL, CONDITIONAL],
    [tenantProvePermission, CONDITIONAL, CONDITIONAL, ALLOW],
    [tenantRestorePermission, CONDITIONAL, CONDITIONAL, ALLOW],
    [tenantAdministerPermission, DENY, DENY, ALLOW],
  ])('decides on $name', async (permission, ...expected) => {
    expect([
      await decide(permission, visitor),
      await decide(permission, member),
      await decide(permission, platform),
    ]).toEqual(expected);
  });
});
