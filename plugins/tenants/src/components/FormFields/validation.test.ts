import { tenantsApiRef } from '../../api';
import { createFieldValidation } from '@backstage/plugin-scaffolder-react/alpha';
import { onlyProved, platform, tenants } from '../../__fixtures__';
import { mockTenantsApi } from '../../__testUtils__';
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
  it('keeps the form from going on with a name that is none', async () => {
    const api = mockTenantsApi();
    await expect(tenantNameError('No', contextOf(api))).resolves.toMatch(
      /lower-case letters/,
    );
    expect(api.getTenant).not.toHaveBeenCalled();
  });

  it('refuses a name that is taken, but to its owner', async () => {
    const api = mockTenantsApi({ getTenant: async () => tenants.acme });

    await expect(
      tenantNameError('acme', contextOf(api, 'group:default/others')),
    ).resolves.toMatch(/acme is taken/);
    await expect(
      tenantNameError('acme', contextOf(api, tenants.acme.owner)),
    ).resolves.toBeUndefined();
    api.getTenant.mockResolvedValue(onlyProved(tenants.acme));
    await expect(
      tenantNameError('acme', contextOf(api, tenants.acme.owner)),
    ).resolves.toMatch(/acme is taken/);
  });

  it('leaves it to the task when nobody can be asked', async () => {
    const api = mockTenantsApi();
    api.getTenant.mockRejectedValue(new Error('connection refused'));
    await expect(
      tenantNameError('acme', contextOf(api)),
    ).resolves.toBeUndefined();
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
    return validation.__errors;
  }
  const hosts = { uiSchema: { 'ui:options': { kind: 'host' } } };

  it('is a host where the chosen cluster knows none', async () => {
    const [lab] = platform.clusters;
    const edge = {
      ...lab,
      name: 'edge',
      networkProvider: 'kubernetes' as const,
    };
    const refused = [expect.stringMatching(/can't allow host names/)];
    const errors = (
      entries: string[],
      clusters: (typeof lab)[],
      cluster?: string,
    ) =>
      errorsOf(
        TenantEgress,
        entries,
        { ...hosts, formData: { cluster } },
        mockTenantsApi({
          getPlatform: async () => ({ ...platform, clusters }),
        }),
      );
    await expect(errors(['a.test'], [edge])).resolves.toEqual(refused);
    await expect(errors([], [edge])).resolves.toEqual([]);
    await expect(errors(['a.test'], [lab, edge])).resolves.toEqual([]);
    await expect(errors(['a.test'], [lab, edge], 'edge')).resolves.toEqual(
      refused,
    );
    await expect(errors(['a.test'], [edge, lab], 'lab')).resolves.toEqual([]);
  });

  it('is no host where nobody can tell', async () => {
    const api = mockTenantsApi();
    api.getPlatform.mockRejectedValue(new Error('connection refused'));
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
