import { tenantsApiRef } from '../../api';
import { createFieldValidation } from '@backstage/plugin-scaffolder-react/alpha';
import { onlyProved, platform, tenants } from '../../__fixtures__';
import { fails, mockTenantsApi } from '../../__testUtils__';
import { TenantCluster } from './TenantCluster';
import { egressErrors, TenantEgress } from './TenantEgress';
import { TenantRemoval } from './TenantRemoval';
import { tenantNameError } from './TenantName';

function contextOf(api: ReturnType<typeof mockTenantsApi>, owner?: string) {
  return {
    apiHolder: {
      get: (ref: { id: string }) =>
        (ref.id === tenantsApiRef.id ? api : undefined) as any,
    },
    formData: { owner },
  };
}

describe('tenantNameError', () => {
  const errorOf = (name: string, owner?: string, api = mockTenantsApi()) =>
    tenantNameError(name, contextOf(api, owner));

  it('keeps the form from going on with a name that is none', async () => {
    const api = mockTenantsApi();
    await expect(errorOf('No', undefined, api)).resolves.toMatch(
      /lower-case letters/,
    );
    expect(api.getTenant).not.toHaveBeenCalled();
  });

  it('refuses a name that is taken, but to its owner', async () => {
    const { acme } = tenants;
    const getTenant = async () => onlyProved(acme);
    const isTaken = expect.stringMatching(/acme is taken/);
    await expect(errorOf('acme', 'group:default/others')).resolves.toEqual(
      isTaken,
    );
    await expect(errorOf('acme', acme.owner)).resolves.toBeUndefined();
    await expect(
      errorOf('acme', acme.owner, mockTenantsApi({ getTenant })),
    ).resolves.toEqual(isTaken);
  });

  it('leaves it to the task when nobody can be asked', async () => {
    const api = mockTenantsApi({ getTenant: fails('connection refused') });
    await expect(errorOf('acme', undefined, api)).resolves.toBeUndefined();
  });
});

describe('egressErrors', () => {
  it('names each entry that is wrong', () => {
    expect(egressErrors(['a.test', 'b', '203.0.113.0/24'], 'host')).toEqual([
      expect.stringMatching(/^b: Not a host name/),
      expect.stringMatching(/^203.0.113.0\/24: Not a host name/),
    ]);
    expect(egressErrors(['203.0.113.0/24', '203.0.113.0/40'], 'cidr')).toEqual([
      expect.stringMatching(/^203.0.113.0\/40: Not an IPv4 range/),
    ]);
  });

  it('refuses more entries than a tenant may have', () => {
    const hosts = Array.from({ length: 101 }, (_, i) => `h${i}.test`);
    expect(egressErrors(hosts, 'host')).toEqual([
      '101 entries: the maximum is 100',
    ]);
  });
});

describe('what keeps the form from going on', () => {
  async function errorsOf(
    field: any,
    value: unknown,
    context: { uiSchema?: object; formData?: object } = {},
    api = mockTenantsApi(),
  ) {
    const validation = createFieldValidation();
    await field.validation(value, validation, {
      uiSchema: {},
      ...contextOf(api),
      ...context,
    });
    return validation.__errors ?? [];
  }
  const hosts = { uiSchema: { 'ui:options': { kind: 'host' } } };

  const [lab] = platform.clusters;
  const edge = { ...lab, name: 'edge', networkProvider: 'kubernetes' as const };

  it.each([
    [['a.test'], [edge], undefined, 1],
    [[], [edge], undefined, 0],
    [['a.test'], [lab, edge], undefined, 0],
    [['a.test'], [lab, edge], 'edge', 1],
    [['a.test'], [edge, lab], 'lab', 0],
  ])(
    'is a host where the chosen cluster knows none (%#)',
    async (entries, clusters, cluster, count) => {
      const getPlatform = async () => ({ ...platform, clusters });
      const context = { ...hosts, formData: { cluster } };
      const api = mockTenantsApi({ getPlatform });
      const errors = await errorsOf(TenantEgress, entries, context, api);
      expect(errors).toHaveLength(count);
      expect(errors.join()).toMatch(count ? /can't allow host names/ : /^$/);
    },
  );

  it('is no host where nobody can tell', async () => {
    const api = mockTenantsApi({ getPlatform: fails('connection refused') });
    await expect(
      errorsOf(TenantEgress, ['a.test'], hosts, api),
    ).resolves.toEqual([]);
  });

  it('is a choice of cluster that was not made', async () => {
    await expect(errorsOf(TenantCluster, 'edge')).resolves.toEqual([]);
    await expect(errorsOf(TenantCluster, '')).resolves.toEqual([
      expect.stringMatching(/Choose a cluster/),
    ]);
  });

  it('is the name of another tenant than the one to be removed', async () => {
    const formData = { tenant: 'resource:default/acme' };
    await expect(
      errorsOf(TenantRemoval, 'acme', { formData }),
    ).resolves.toEqual([]);
    await expect(
      errorsOf(TenantRemoval, 'globex', { formData }),
    ).resolves.toEqual([
      expect.stringMatching(/doesn't match the tenant's name/),
    ]);
  });
});
