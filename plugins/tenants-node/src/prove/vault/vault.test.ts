import { VaultView } from '../../clients';
import { otherMounts } from './mounts';
import { Accounts, matches, rolesThatTake } from './roles';

const ACME: Accounts = {
  namespace: 'web-tenant-acme',
  labels: { 'threewalls.io/tenant': 'acme' },
  names: ['n8n', 'n8n-acme', 'default'],
};

/** A Vault that holds this, refuses what is a number, and has nothing else. */
function vaultWith(contents: Record<string, object | number>): VaultView {
  const request = async (method: string, path: string) => {
    const keys = Object.keys(contents)
      .filter(key => key.startsWith(`${path}/`))
      .map(key => key.slice(path.length + 1));
    const data =
      method === 'LIST' ? keys.length > 0 && { keys } : contents[path];
    const refused = typeof contents[path] === 'number';
    if (refused) {
      return { status: contents[path], errors: ['permission denied'] };
    }
    return data
      ? { status: 200, data, errors: [] }
      : { status: 404, errors: [] };
  };
  return new VaultView({ request } as any);
}

const role = (names: string, namespaces: string, rest: object = {}) => ({
  bound_service_account_names: names.split(',').filter(Boolean),
  bound_service_account_namespaces: namespaces.split(',').filter(Boolean),
  token_policies: ['p'],
  ...rest,
});

describe('roles of Vault that take a tenant’s accounts', () => {
  const takers = async (roles: Record<string, object | number>) => {
    const contents = Object.fromEntries(
      Object.entries(roles).map(([name, body]) => [
        `auth/kubernetes/role/${name}`,
        body,
      ]),
    );
    const found = await rolesThatTake(
      vaultWith(contents),
      'kubernetes',
      ACME,
      'tenant-acme',
    );
    return 'problem' in found
      ? found.problem
      : found.roles.map(r => `${r.name}: ${r.accounts.join()}`);
  };

  it.each<[string, object, string[]]>([
    ['everybody everywhere', role('*', '*'), ['x: n8n,n8n-acme,default']],
    [
      'by a prefix of the namespace',
      role('n8n*', 'web-*'),
      ['x: n8n,n8n-acme'],
    ],
    ['by a part in the middle', role('n*acme', '*tenant*'), ['x: n8n-acme']],
    ['by name', role('default', 'web-tenant-acme'), ['x: default']],
    [
      'by labels of the namespace, besides its names',
      role('n8n', 'elsewhere', {
        bound_service_account_namespace_selector:
          '{"matchLabels":{"threewalls.io/tenant":"acme"}}',
      }),
      ['x: n8n'],
    ],
    [
      'by labels in YAML',
      role('n8n', '', {
        bound_service_account_namespace_selector:
          'matchExpressions:\n- {key: threewalls.io/tenant, operator: Exists}',
      }),
      ['x: n8n'],
    ],
    ['none: other names', role('vault-auth', '*'), []],
    ['none: another namespace', role('*', 'web-tenant-acme-2,web'), []],
    [
      'none: other labels',
      role('*', '', {
        bound_service_account_namespace_selector:
          '{"matchLabels":{"threewalls.io/tenant":"globex"}}',
      }),
      [],
    ],
    ['none: nobody', role('', '*'), []],
  ])('%s', async (_, body, expected) => {
    expect(await takers({ x: body })).toEqual(expected);
  });

  it('leave out the tenant’s own', async () => {
    expect(await takers({ 'tenant-acme': role('*', '*') })).toEqual([]);
    expect(await takers({ 'tenant-globex': role('*', '*') })).toHaveLength(1);
  });

  it('are not known where one can’t be read, or not understood', async () => {
    expect(await takers({ x: 403 })).toMatch(/role\/x: permission denied/);
    const selector = { bound_service_account_namespace_selector: '{' };
    expect(await takers({ x: role('*', '', selector) })).toMatch(/role\/x: /);
    // What was found is a finding all the same.
    expect(await takers({ x: 403, y: role('*', '*') })).toHaveLength(1);
  });
});

it.each([
  ['*', 'anything/at:all', true],
  ['a*c', 'abc', true],
  ['a*c', 'abd', false],
  ['a.c', 'abc', false],
  ['abc', 'abc', true],
  ['', '', true],
  ['', 'a', false],
])('%s matches %s: %s', (glob, text, expected) => {
  expect(matches(glob, text)).toBe(expected);
});

describe('other auth methods of Vault', () => {
  const HERE = {
    kubernetes_host: 'https://198.19.0.1:443',
    kubernetes_ca_cert: 'ca',
  };
  const OTHER = { kubernetes_host: 'https://other', kubernetes_ca_cert: 'x' };
  const found = async (contents: Record<string, object | number>) => {
    const mounts = Object.fromEntries(
      Object.keys(contents)
        .map(key => key.split('/')[1])
        .concat('kubernetes', 'token')
        .map(mount => [
          `${mount}/`,
          { type: mount === 'token' ? 'token' : mount.split('-')[0] },
        ]),
    );
    const answer = await otherMounts(
      vaultWith({
        'sys/auth': { ...mounts, request_id: 'x' },
        'auth/kubernetes/config': HERE,
        ...contents,
      }),
      'kubernetes',
      ['jwt-ci', 'kubernetes-reviewed'],
      ACME,
    );
    return 'problem' in answer
      ? answer.problem
      : answer.map(({ mount, finding }) => [mount, Object.keys(finding)[0]]);
  };

  it.each<[string, Record<string, object | number>, unknown]>([
    ['none', {}, []],
    [
      'of this cluster, with a role that takes everybody',
      {
        'auth/kubernetes-2/config': HERE,
        'auth/kubernetes-2/role/all': role('*', '*'),
      },
      [['kubernetes-2', 'takes']],
    ],
    [
      'of this cluster, by another of its addresses',
      {
        'auth/kubernetes-2/config': { ...HERE, kubernetes_host: 'https://api' },
        'auth/kubernetes-2/role/all': role('*', '*'),
      },
      [['kubernetes-2', 'takes']],
    ],
    [
      'of this cluster, with a role for others',
      {
        'auth/kubernetes-2/config': HERE,
        'auth/kubernetes-2/role/ci': role('ci', 'ci'),
      },
      [['kubernetes-2', 'clear']],
    ],
    [
      // A load balancer that ends TLS, Rancher's proxy: this one, for all that is known.
      'by another address and another CA, with a role that takes everybody',
      {
        'auth/kubernetes-2/config': OTHER,
        'auth/kubernetes-2/role/all': role('*', '*'),
      },
      [['kubernetes-2', 'open']],
    ],
    [
      'by another address and another CA, with a role that takes n8n by name',
      {
        'auth/kubernetes-2/config': OTHER,
        'auth/kubernetes-2/role/one': role('n8n', 'web-tenant-acme'),
      },
      [['kubernetes-2', 'open']],
    ],
    [
      'of another cluster, with roles for others',
      {
        'auth/kubernetes-2/config': OTHER,
        'auth/kubernetes-2/role/ci': role('*', 'ci'),
      },
      [['kubernetes-2', 'clear']],
    ],
    [
      'of another cluster, with roles that can’t be read',
      { 'auth/kubernetes-2/config': OTHER, 'auth/kubernetes-2/role': 403 },
      [['kubernetes-2', 'open']],
    ],
    [
      'of another cluster, reviewed',
      {
        'auth/kubernetes-reviewed/config': OTHER,
        'auth/kubernetes-reviewed/role/all': role('*', '*'),
      },
      [],
    ],
    [
      'that can’t be read',
      { 'auth/kubernetes-2/config': 403 },
      [['kubernetes-2', 'open']],
    ],
    [
      'whose roles can’t be read',
      { 'auth/kubernetes-2/config': HERE, 'auth/kubernetes-2/role': 403 },
      [['kubernetes-2', 'open']],
    ],
    [
      'of signed tokens',
      { 'auth/jwt-gitlab/config': {} },
      [['jwt-gitlab', 'open']],
    ],
    [
      'of a type that nobody knows, such as a JWT plugin by a name of its own',
      { 'auth/corp_oidc2-x/config': {} },
      [['corp_oidc2-x', 'open']],
    ],
    [
      'of tokens of anybody, though its type says Kubernetes',
      {
        'auth/kubernetes-jwt/config': { jwks_url: 'https://issuer' },
        'auth/kubernetes-jwt/role/all': { bound_audiences: ['vault'] },
      },
      [['kubernetes-jwt', 'open']],
    ],
    ['that was reviewed', { 'auth/jwt-ci/config': {} }, []],
    ...['approle', 'token', 'ns_token', 'userpass', 'ldap', 'cert'].map(
      (type): [string, Record<string, object>, unknown] => [
        `of no interest: ${type}`,
        { [`auth/${type}/config`]: {} },
        [],
      ],
    ),
    ['that are hidden', { 'sys/auth': 403 }, 'sys/auth: permission denied'],
  ])('%s', async (_, contents, expected) => {
    expect(await found(contents)).toEqual(expected);
  });

  it('say which role would take them, and what to do', async () => {
    const answer = await otherMounts(
      vaultWith({
        'sys/auth': { 'two/': { type: 'kubernetes' } },
        'auth/kubernetes/config': HERE,
        'auth/two/config': OTHER,
        'auth/two/role/all': role('*', '*'),
      }),
      'kubernetes',
      [],
      ACME,
    );
    expect(answer).toEqual([
      {
        mount: 'two',
        type: 'kubernetes',
        finding: {
          open: 'role all would take them, if https://other is this cluster by another address: narrow the role, or review it and name it in vault.reviewedAuthMounts',
        },
      },
    ]);
  });
});
