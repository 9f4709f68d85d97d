import { createMockDirectory } from '@backstage/backend-test-utils';
import { testPlatform } from '../__fixtures__/platform';
import { Answer, Edge, errorOf } from '../__testUtils__/Edge';
import { ClusterUnavailableError } from './errors';
import { VaultClient } from './vault';

const SECRET_ID = 'Planted-secret-id';
const TOKEN = 'Planted-vault-token';
const files = createMockDirectory({
  content: { 'role-id': 'portal', 'secret-id': SECRET_ID },
});
let edge: Edge;

afterEach(() => {
  edge?.stop();
  jest.restoreAllMocks();
});

const LOGIN = 'POST /v1/auth/approle/login';
const READ = 'GET /v1/sys/auth';

async function clientOf(
  answer: (request: string, times: number) => Answer,
  address?: string,
) {
  edge = await Edge.start((request, times) => {
    const said = answer(request, times);
    return request.endsWith('/v1/auth/approle/login') &&
      typeof said === 'object' &&
      said.status === 200
      ? {
          status: 200,
          body: {
            auth: { client_token: `${TOKEN}-${times}`, lease_duration: 3600 },
          },
        }
      : said;
  });
  const [cluster] = testPlatform().clusters;
  return VaultClient.fromConfig({
    ...cluster,
    vault: {
      ...cluster.vault,
      address: address ?? edge.url,
      login: {
        approle: {
          mount: 'approle',
          roleIdFile: files.resolve('role-id'),
          secretIdFile: files.resolve('secret-id'),
        },
      },
    },
  });
}

const fine: Answer = { status: 200, body: { data: { a: 1 } } };

describe('VaultClient', () => {
  it('asks of its environment nothing that config does not say', async () => {
    jest.replaceProperty(process, 'env', {
      VAULT_TOKEN: 'of-the-environment',
      VAULT_NAMESPACE: 'of-the-environment',
      VAULT_PREFIX: '/of-the-environment',
    });
    const vault = await clientOf(() => fine);
    await vault.read('sys/auth');
    await vault.health();
    expect(edge.seen).toEqual([LOGIN, READ, 'GET /v1/sys/health']);
    expect(JSON.stringify([edge.tokens, edge.headers])).not.toContain(
      'of-the-environment',
    );
  });

  it('goes over the proxy that its environment names', async () => {
    const vault = await clientOf(() => fine, 'http://vault.example:8200');
    jest.replaceProperty(process, 'env', { HTTP_PROXY: edge.url });
    await vault.read('sys/auth');
    expect(edge.seen).toEqual([
      'POST http://vault.example:8200/v1/auth/approle/login',
      'GET http://vault.example:8200/v1/sys/auth',
    ]);
  });

  it('goes on to the node that another one names', async () => {
    const location = '/v1/active';
    const vault = await clientOf(request =>
      request === READ ? { status: 307, headers: { location } } : fine,
    );
    expect(await vault.read('sys/auth')).toEqual({ a: 1 });
    expect(edge.seen).toEqual([LOGIN, READ, 'GET /v1/active']);
    expect(edge.tokens.at(-1)).toBe(`${TOKEN}-1`);
  });

  it('says what Vault is, whatever its state', async () => {
    const vault = await clientOf(() => ({
      status: 503,
      body: { version: '1.20.0', sealed: true },
    }));
    expect(await vault.health()).toEqual({ version: '1.20.0', sealed: true });
  });

  it('gives a Vault up that hangs', async () => {
    const vault = await clientOf(request =>
      request === LOGIN ? fine : 'nothing',
    );
    vault.timeoutMs = 200;
    const begun = Date.now();
    const error = await errorOf(vault.read('sys/auth'), SECRET_ID, TOKEN);
    expect(error.message).toMatch(/Cluster lab's Vault can't be reached/);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});

describe('VaultClient in bad weather', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'vault'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'vault'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'kubernetes'],
    ['CERT_HAS_EXPIRED', 'kubernetes'],
  ] as const)('names the setting of the CA at %s', (code, section) => {
    const error = Object.assign(new Error('not trusted'), { code });
    const of = (cause: Error) =>
      ClusterUnavailableError.because('lab', cause, section).message;
    expect(of(error)).toMatch(`of the CA in ${section}.caFile`);
    expect(of(new Error('not trusted'))).not.toMatch('caFile');
  });

  it('logs in once for all requests of a moment', async () => {
    const vault = await clientOf(() => fine);
    await Promise.all([1, 2, 3].map(() => vault.read('sys/auth')));
    expect(edge.count(LOGIN)).toBe(1);
  });

  it('logs in again when its token is gone', async () => {
    const vault = await clientOf((request, times) =>
      request.endsWith('lookup-self') || (request === READ && times === 1)
        ? { status: 403, body: { errors: ['permission denied'] } }
        : fine,
    );
    expect(await vault.read('sys/auth')).toEqual({ a: 1 });
    expect(edge.count(LOGIN)).toBe(2);
    expect(edge.tokens.at(-1)).toBe(`${TOKEN}-2`);
  });

  it.each([
    [503, 'Vault is sealed', /Vault is sealed: unseal it, then run this again/],
    [403, 'permission denied', /compare it with deploy\/vault/],
    [404, 'no handler for route "x". route entry not found.', /no handler/],
    [404, 'unsupported path', /look at vault.kvMount and vault.authMount/],
  ])('says what to do about a %d: %s', async (status, said, advice) => {
    const vault = await clientOf(request =>
      request === 'PUT /v1/sys/policies/acl/tenant-acme'
        ? { status, body: { errors: [said] } }
        : fine,
    );
    const error = await errorOf(
      vault.expect('PUT', 'sys/policies/acl/tenant-acme', { policy: '' }),
      SECRET_ID,
      TOKEN,
    );
    expect(error).toMatchObject({ name: 'VaultError', status });
    expect(error.message).toMatch(advice);
  });

  it('lists by a method that everything in between knows', async () => {
    const keys = ['a', 'b'];
    const client = await clientOf(() => ({
      status: 200,
      body: { data: { keys } },
    }));
    expect(await client.expect('LIST', 'auth/kubernetes/role')).toEqual({
      keys,
    });
    expect(edge.seen).toEqual([LOGIN, 'GET /v1/auth/kubernetes/role']);
  });

  it('says so when it can’t log in', async () => {
    const vault = await clientOf(() => ({
      status: 400,
      body: { errors: ['invalid role or secret ID'] },
    }));
    const error = await errorOf(vault.read('sys/auth'), SECRET_ID, TOKEN);
    expect(error.message).toMatch(
      /auth\/approle\/login.*invalid role or secret/,
    );
  });

  it.each(['reset', 'half'] as const)(
    'says that Vault can’t be reached (%s)',
    async broken => {
      const vault = await clientOf(request =>
        request === LOGIN ? fine : broken,
      );
      const error = await errorOf(vault.read('sys/auth'), SECRET_ID, TOKEN);
      expect(error.name).toBe('ServiceUnavailableError');
      expect(error.message).toMatch(/Cluster lab's Vault can't be reached/);
    },
  );
});
