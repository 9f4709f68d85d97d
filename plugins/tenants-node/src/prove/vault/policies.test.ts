import { VaultView } from '../../clients';
import { parsePolicy } from './acl';
import { widePolicies } from './policies';

const ENTRY = {
  kvMount: 'secret',
  authMount: 'kubernetes',
  kvPath: 'web-tenant-acme',
  vaultPolicy: 'tenant-acme',
};

const rule = (path: string, ...capabilities: string[]) =>
  `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }\n`;

/** A Vault with these policies, where a number is a refusal; and what it was asked. */
function vaultWith(policies: Record<string, string | number>, own?: object) {
  const asked: string[] = [];
  const request = async (method: string, path: string) => {
    asked.push(`${method} ${path}`);
    const name = path.replace('sys/policies/acl/', '');
    const policy = policies[name];
    if (path === 'auth/token/lookup-self') {
      return own
        ? { status: 200, data: own, errors: [] }
        : { status: 403, errors: ['permission denied'] };
    }
    const keys = Object.keys(policies);
    return policy === 403 || policies['sys/policies/acl'] === 403
      ? { status: 403, errors: ['permission denied'] }
      : { status: 200, data: { keys, policy }, errors: [] };
  };
  return { view: new VaultView({ request } as any), asked };
}

/** Vault 1.21's own `default`. */
const STOCK: [string, string[]][] = [
  ['auth/token/lookup-self', ['read']],
  ['auth/token/renew-self', ['update']],
  ['auth/token/revoke-self', ['update']],
  ['sys/capabilities-self', ['update']],
  ['identity/entity/id/{{identity.entity.id}}', ['read']],
  ['identity/entity/name/{{identity.entity.name}}', ['read']],
  ['sys/internal/ui/resultant-acl', ['read']],
  ['sys/renew', ['update']],
  ['sys/leases/renew', ['update']],
  ['sys/leases/lookup', ['update']],
  ['cubbyhole/*', ['create', 'read', 'update', 'delete', 'list']],
  ['sys/wrapping/wrap', ['update']],
  ['sys/wrapping/lookup', ['update']],
  ['sys/wrapping/unwrap', ['update']],
  ['sys/tools/hash', ['update']],
  ['sys/tools/hash/*', ['update']],
  ['sys/control-group/request', ['update']],
  ['identity/oidc/provider/+/authorize', ['read', 'update']],
];

/** As in HashiCorp's tutorials. */
const ADMIN = [
  ['sys/health', 'read', 'sudo'],
  ['sys/policies/acl', 'list'],
  ['sys/policies/acl/*', 'create', 'read', 'update', 'delete', 'list', 'sudo'],
  ['auth/*', 'create', 'read', 'update', 'delete', 'list', 'sudo'],
  ['sys/auth/*', 'create', 'update', 'delete', 'sudo'],
  ['secret/*', 'create', 'read', 'update', 'delete', 'list', 'sudo'],
];

const judge = async (text: string) => {
  const { view } = vaultWith({ p: text });
  const seen = await widePolicies(view, ENTRY, new Set(), []);
  if ('problem' in seen) {
    throw new Error(seen.problem);
  }
  return seen.wide[0]?.gives ?? (seen.open.length ? 'open' : 'none');
};

const DATA = 'secret/data/web-tenant-acme';
const USER = '{{identity.entity.aliases.auth_userpass_1.name}}';

// Of those without a template the first column was put to a Vault 1.21, which says the same.
describe.each<[string, string, RegExp | 'none' | 'open']>([
  ['all of the mount', rule('secret/*', 'read'), /^read on secret\/data/],
  ['everything', rule('*', 'read'), /^read on/],
  ['all data', rule('secret/data/*', 'list', 'read'), /^list\+read on/],
  ['the entry', rule(DATA, 'read'), /^read on secret\/data\/web-tenant-acme$/],
  ['with a slash in front', rule(`/${DATA}`, 'read'), /^read on/],
  ['a prefix of its name', rule('secret/data/web-ten*', 'read'), /^read on/],
  ['its name and more', rule(`${DATA}*`, 'update'), /^update on/],
  ['a segment', rule('secret/data/+', 'read'), /^read on/],
  [
    'a segment in the middle',
    rule('secret/+/web-tenant-acme', 'delete'),
    /data/,
  ],
  ['a segment and a rest', rule('+/data/web-*', 'read'), /^read on/],
  ['metadata', rule('secret/metadata/*', 'list'), /^list on secret\/metadata/],
  ['subkeys', rule('secret/subkeys/*', 'read'), /subkeys/],
  ['what destroys', rule('secret/destroy/*', 'update'), /destroy/],
  ['what deletes', rule('secret/delete/+', 'update'), /delete/],
  ['what undeletes', rule('secret/undelete/*', 'update'), /undelete/],
  ['a patch', rule(DATA, 'patch'), /^patch on/],
  ['the old word', `path "secret/*" { policy = "read" }`, /^list\+read on/],
  ['in JSON', `{"path":{"secret/*":{"capabilities":["read"]}}}`, /^read on/],
  [
    'with comments and parameters',
    `# path "x" {\n/* } */ path "secret/*" {\n // no\n capabilities = ["read",]\n allowed_parameters = { "*" = [] }\n max_wrapping_ttl = "1h"\n}`,
    /^read on/,
  ],
  // Which rule counts.
  [
    'denied by a longer prefix',
    rule('secret/*', 'read') +
      ['data', 'metadata', 'delete', 'undelete', 'destroy', 'subkeys']
        .map(part => rule(`secret/${part}/web-tenant-*`, 'deny'))
        .join(''),
    'none',
  ],
  [
    'denied by its own path, for data alone',
    rule('secret/*', 'read') + rule(DATA, 'deny'),
    /^read on secret\/metadata/,
  ],
  [
    'allowed by its own path, where the rest is denied',
    rule('secret/*', 'deny') + rule(DATA, 'read'),
    /^read on secret\/data\/web-tenant-acme$/,
  ],
  ['denied beside allowed', rule('secret/*', 'deny', 'read'), 'none'],
  [
    'denied once more',
    rule('secret/*', 'read') + rule('secret/*', 'deny'),
    'none',
  ],
  ['added up', rule(DATA, 'read') + rule(DATA, 'list'), /^list\+read on/],
  [
    'the later wildcard denies',
    rule('+/data/*', 'read') + rule('secret/data/+', 'deny'),
    'none',
  ],
  [
    'the later wildcard allows',
    rule('+/data/*', 'deny') + rule('secret/data/+', 'read'),
    /^read on/,
  ],
  [
    'a prefix as far as the segment: the segment counts',
    rule('secret/data/*', 'deny') + rule('secret/data/+', 'read'),
    /^read on/,
  ],
  [
    'a longer prefix: the segment does not count',
    rule('secret/data/web-*', 'deny') + rule('secret/data/+', 'read'),
    'none',
  ],
  // What takes the wall down.
  [
    'an administrator’s',
    ADMIN.map(([path, ...given]) => rule(path, ...given)).join(''),
    /^create\+delete\+list\+read\+sudo\+update on secret\/data/,
  ],
  ['policies', rule('sys/policies/acl/*', 'update'), /sys\/policies\/acl/],
  ['one policy', rule('sys/policies/acl/team', 'create'), /sys\/policies/],
  ['policies, the old way', rule('sys/policy/+', 'update'), /sys\/policy/],
  ['all of sys', rule('sys/*', 'update', 'sudo'), /sys\/policies\/acl/],
  ['auth methods', rule('sys/auth/*', 'update', 'sudo'), /sys\/auth/],
  ['roles', rule('auth/kubernetes/role/*', 'update'), /auth\/kubernetes\/role/],
  ['users', rule('auth/userpass/users/*', 'create'), /users/],
  ['a config', rule('auth/+/config', 'update'), /config/],
  ['entities', rule('identity/entity/id/*', 'update'), /identity\/entity/],
  ['groups', rule('identity/*', 'update'), /identity/],
  ['any token', rule('auth/token/create', 'update', 'sudo'), /sudo/],
  ['token roles', rule('auth/token/roles/+', 'update'), /roles/],
  ['raw', rule('sys/raw/*', 'read', 'sudo'), /sys\/raw/],
  ['remount', rule('sys/remount', 'update', 'sudo'), /remount/],
  ['the mount', rule('sys/mounts/*', 'delete'), /sys\/mounts\/secret/],
  // No finding.
  ['another mount', rule('kv/*', 'read') + rule('secrets/*', 'read'), 'none'],
  ['other entries', rule('secret/data/team/*', 'read'), 'none'],
  [
    'a longer name',
    rule(`${DATA}-2`, 'read') + rule(`${DATA}/*`, 'read'),
    'none',
  ],
  ['its own folder', rule('secret/data/web-tenant-acm', 'read'), 'none'],
  ['a plus that is a letter', rule('secret/data/web+', 'read'), 'none'],
  ['more segments', rule('secret/data/+/+', 'read'), 'none'],
  ['nothing', rule('secret/*'), 'none'],
  [
    'names',
    rule('secret/metadata/', 'list') + rule('sys/mounts', 'read'),
    'none',
  ],
  ['tokens of its own', rule('auth/token/create', 'update'), 'none'],
  ['reads policies', rule('sys/policies/acl/*', 'read', 'list'), 'none'],
  ['reads entities', rule('identity/*', 'read', 'list'), 'none'],
  ['AppRole', rule('auth/approle/role/+/secret-id', 'update'), 'none'],
  ['a dynamic secret', rule('database/creds/app', 'read'), 'none'],
  [
    'PKI',
    rule('pki/issue/web', 'update') + rule('transit/*', 'update'),
    'none',
  ],
  [
    'Vault’s own default',
    STOCK.map(([path, given]) => rule(path, ...given)).join(''),
    'none',
  ],
  ['no rule', '# nothing', 'none'],
  // By who asks.
  [
    'a folder of one’s own',
    rule(`secret/data/users/${USER}/*`, 'read'),
    'none',
  ],
  ['an entry by a name', rule(`secret/data/${USER}`, 'read'), 'open'],
  ['whatever begins so', rule(`secret/${USER}*`, 'read'), 'open'],
  [
    'a template where all else is denied',
    rule('secret/*', 'deny') + rule(`secret/data/${USER}`, 'read'),
    'open',
  ],
  [
    'a template where the entry is denied',
    rule(DATA, 'deny') + rule(`secret/data/${USER}`, 'read'),
    'none',
  ],
  ['one’s own user', rule(`auth/userpass/users/${USER}`, 'update'), 'open'],
  [
    'one’s own password',
    `path "auth/userpass/users/${USER}" { capabilities = ["update"]\n allowed_parameters = { "password" = [] } }`,
    'none',
  ],
  // Not understood.
  ['a here document', 'path "a" { x = <<E\nE\n }', 'open'],
  ['no end', 'path "secret/*" {', 'open'],
])('a policy: %s', (_, text, expected) => {
  it(`is ${expected}`, async () => {
    expect(await judge(text)).toMatch(
      typeof expected === 'string' ? new RegExp(`^${expected}$`) : expected,
    );
  });
});

describe('policies of Vault', () => {
  const WIDE = rule('secret/*', 'read');
  const found = async (
    policies: Record<string, string | number>,
    trusted: string[] = [],
    own?: object,
  ) => {
    const { view } = vaultWith(policies, own);
    const tenants = new Set(['tenant-acme', 'tenant-globex']);
    const seen = await widePolicies(view, ENTRY, tenants, trusted);
    return 'problem' in seen
      ? seen.problem
      : [seen.wide.map(({ name }) => name).join(), seen.open.join()];
  };

  it('are found by name, but those that are trusted', async () => {
    const policies = {
      developers: WIDE,
      'ops-1': WIDE,
      'ops-2': WIDE,
      ops: WIDE,
    };
    expect(await found(policies)).toEqual(['developers,ops,ops-1,ops-2', '']);
    expect(await found(policies, ['ops-*'])).toEqual(['developers,ops', '']);
    expect(await found(policies, ['ops', 'dev*'])).toEqual(['ops-1,ops-2', '']);
  });

  it('are the portal’s own where its token has them, but default', async () => {
    const own = {
      policies: ['default', 'portal'],
      identity_policies: ['more'],
    };
    const policies = { default: WIDE, portal: WIDE, more: WIDE };
    expect(await found(policies, [], own)).toEqual(['default', '']);
    expect(await found(policies)).toEqual(['default,more,portal', '']);
  });

  it('of tenants are compared elsewhere; one without a tenant is found', async () => {
    expect(await found({ 'tenant-globex': WIDE })).toEqual(['', '']);
    expect(await found({ 'tenant-initech': WIDE })).toEqual([
      'tenant-initech',
      '',
    ]);
  });

  it('say which right is missing', async () => {
    const right = /give the portal list on sys\/policies\/acl and read/;
    expect(await found({ 'sys/policies/acl': 403 })).toMatch(right);
    const [wide, open] = await found({ a: 403, b: WIDE });
    expect([wide, open]).toEqual(['b', expect.stringMatching(right)]);
  });

  it('are read once for all tenants, and tenants’ own never', async () => {
    const tenants = Array.from({ length: 200 }, (_, i) => `tenant-${i}`);
    const all = [...tenants, 'default', 'developers'].map(name => [name, WIDE]);
    const { view, asked } = vaultWith(Object.fromEntries(all));
    for (const vaultPolicy of tenants) {
      const entry = { ...ENTRY, vaultPolicy };
      await widePolicies(view, entry, new Set(tenants), []);
    }
    // The list, the portal's own token, and two.
    expect(asked).toHaveLength(4);
  });
});

it('reads rules of one path as one, in any form', () => {
  const acl = parsePolicy(
    'path "a" { policy = "write" } path "a" { policy = "sudo" }',
  );
  expect(acl.on('a').join()).toBe('create,delete,list,read,sudo,update');
});
