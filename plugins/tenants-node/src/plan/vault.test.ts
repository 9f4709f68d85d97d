import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderPlan } from '../apply/renderPlan';
import { tenantPlan } from '../__fixtures__/plan';
import { clusterConfig } from '../__fixtures__/platform';
import { templatedPolicy } from './vault';

const ACCESSOR = 'auth_kubernetes_1a2b3c4d';
const deploy = (file: string) =>
  readFileSync(resolve(__dirname, '../../../../deploy/vault', file), 'utf8');

/** Config of a cluster with one policy for all tenants. */
const templated = (vault: object = {}, rest: object = {}) => ({
  clusters: [
    clusterConfig({
      vault: { policies: 'templated', authAccessor: ACCESSOR, ...vault },
    }),
  ],
  ...rest,
});

describe('one templated policy for all tenants', () => {
  it('is what deploy/ has, with the accessor filled in', () => {
    const { vault } = tenantPlan(templated());
    const [policy] = vault;
    expect(policy).toMatchObject({
      id: 'Vault policy threewalls-tenant',
      path: 'sys/policies/acl/threewalls-tenant',
      given: true,
    });
    expect(policy.body.policy).toBe(
      deploy('threewalls-tenant.hcl').replaceAll('ACCESSOR', ACCESSOR),
    );
    expect(policy.body.policy).not.toContain('*');
  });

  it('is the same for every tenant, and is named by each one’s role', () => {
    const [a, b] = ['acme', 'globex'].map(
      name => tenantPlan(templated(), { name }).vault,
    );
    expect(a[0]).toEqual(b[0]);
    expect(a[1]).toMatchObject({
      path: 'auth/kubernetes/role/tenant-acme',
      body: {
        token_policies: ['threewalls-tenant'],
        bound_service_account_namespaces: ['web-tenant-acme'],
      },
    });
    expect(a[1].given).toBeUndefined();
  });

  it('writes nothing in a role that the portal’s own policy refuses', () => {
    const [, role] = tenantPlan(templated()).vault;
    const [, allowed] = /allowed_parameters = \{([^}]*)\}/.exec(
      deploy('threewalls-portal-templated.hcl'),
    )!;
    const parameters = [...allowed.matchAll(/"(\w+)" = (.*)/g)];
    expect(Object.keys(role.body).sort()).toEqual(
      parameters.map(([, name]) => name).sort(),
    );
    for (const [, name, values] of parameters.filter(p => p[2] !== '[]')) {
      expect([name, JSON.parse(values)]).toEqual([name, [role.body[name]]]);
    }
  });

  it('has the part of a path before the namespace, and the mount', () => {
    const { plan, vault } = tenantPlan(
      templated(
        { kvMount: 'kv', templatedPolicy: 'n8n' },
        { naming: { kvPrefix: 'tenants/web-tenant-' } },
      ),
    );
    expect(plan.names).toMatchObject({
      vaultPolicy: 'n8n',
      kvPath: 'tenants/web-tenant-acme',
    });
    expect(vault[0].body.policy).toBe(
      templatedPolicy('kv', 'tenants/', ACCESSOR),
    );
  });

  it('is not in the files of one tenant’s pull request', () => {
    const files = Object.keys(renderPlan(tenantPlan(templated()).plan));
    expect(files).toContain('vault/roles/tenant-acme.json');
    expect(files.filter(file => file.includes('policies'))).toEqual([]);
  });

  it.each<[object, object, RegExp]>([
    [{ policies: 'one' }, {}, /vault.policies is one/],
    [{ authAccessor: undefined }, {}, /needs the accessor/],
    [{ authAccessor: 'a}}"' }, {}, /needs the accessor/],
    [{ templatedPolicy: 'tenant-all' }, {}, /does not begin with tenant-/],
    [{ templatedPolicy: 'a/b' }, {}, /can't be its name/],
    [{}, { naming: { kvPrefix: 'n8n-' } }, /it has to end in web-tenant-/],
  ])('is refused where it can’t be: %j %j', (vault, rest, message) => {
    expect(() => tenantPlan(templated(vault, rest))).toThrow(message);
  });
});
