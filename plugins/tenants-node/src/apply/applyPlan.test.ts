import { createMockDirectory } from '@backstage/backend-test-utils';
import { testSpec } from '../__fixtures__/platform';
import { Answer, Edge, errorOf, labOn } from '../__testUtils__/Edge';
import { Clusters } from '../clients';
import { planTenant } from '../plan';
import { applyPlan, ApplyPlanOptions } from './applyPlan';

const files = createMockDirectory();
const HASH = '$2a$10$Planted-hash-of-a-password';
const NAMESPACE = '/api/v1/namespaces/web-tenant-acme';
let edge: Edge;

afterEach(() => edge.stop());

/** An API server and a Vault that take everything but what `answer` answers. */
async function apply(
  answer: (request: string, times: number) => Answer | undefined,
  options: ApplyPlanOptions = {},
): Promise<Error> {
  edge = await Edge.start((request, times) => {
    const said = answer(request, times);
    if (said) {
      return said;
    }
    return request.startsWith('PATCH')
      ? { status: 201, body: { metadata: { resourceVersion: '1' } } }
      : { status: request.startsWith('GET') ? 404 : 200 };
  });
  const platform = labOn(edge, files, { network: { provider: 'cilium' } });
  const applied = applyPlan(
    planTenant(testSpec(), platform),
    Clusters.fromPlatform(platform).get('lab'),
    { wait: false, seed: { ownerPasswordHash: HASH }, ...options },
  );
  return errorOf(applied, HASH);
}

/** The namespace is there, with this metadata beside its name. */
const namespaceWith = (metadata: object) => (request: string) =>
  request === `GET ${NAMESPACE}`
    ? {
        status: 200,
        body: {
          kind: 'Namespace',
          metadata: { name: 'web-tenant-acme', ...metadata },
        },
      }
    : undefined;

const kindIsUnknown: Answer = { status: 404, body: '404 page not found\n' };

describe('applyPlan in bad weather', () => {
  it.each([
    ['cilium.io', /does not know CiliumNetworkPolicy .*install its CRDs/],
    ['external-secrets.io', /does not know SecretStore .*install its CRDs/],
  ])('says which CRDs are missing: %s', async (group, said) => {
    const error = await apply(request =>
      request.includes(`/apis/${group}/`) ? kindIsUnknown : undefined,
    );
    expect(error.name).toBe('NotFoundError');
    expect(error.message).toMatch(said);
  });

  it('does not try again what a webhook refuses', async () => {
    const path = `PATCH ${NAMESPACE}/limitranges/tenant-limits`;
    const message =
      'admission webhook "policy.example.com" denied the request: no limits here';
    const error = await apply(request =>
      request === path ? { status: 403, body: { message } } : undefined,
    );
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/own admission refuses it/);
    expect(edge.count(path)).toBe(1);
    // No later stage has begun.
    expect(edge.seen.join()).not.toContain('serviceaccounts');
  });

  it('tells a KV mount of version 1 before it writes to it', async () => {
    const error = await apply(request =>
      request.endsWith('/internal/ui/mounts/secret')
        ? { status: 200, body: { data: { type: 'kv', options: {} } } }
        : undefined,
    );
    expect(error.name).toBe('InputError');
    expect(error.message).toMatch(/secret is KV version 1: set vault.kvMount/);
    expect(edge.seen.join()).not.toContain('/secret/data/');
  });

  it('says that there is no KV mount', async () => {
    const error = await apply(request =>
      request.includes('/secret/data/')
        ? { status: 404, body: { errors: ['no handler for route'] } }
        : undefined,
    );
    expect(error.message).toMatch(
      /no KV v2 mount at secret: set vault.kvMount/,
    );
  });

  it.each([
    // The quota controller writes the usage that it counts whenever it likes.
    ['looks again at what others have written since the look', 3, 409, 'well'],
    ['looks again at what was deleted since the look', 1, 404, 'well'],
    ['gives up on what others write without an end', 99, 409, 'modified'],
  ])('%s', async (_, refusals, status, said) => {
    const path = `${NAMESPACE}/resourcequotas/tenant-quota`;
    const live = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: {
        name: 'tenant-quota',
        namespace: 'web-tenant-acme',
        labels: {
          'app.kubernetes.io/managed-by': 'threewalls',
          'threewalls.io/tenant': 'acme',
        },
        managedFields: [
          {
            manager: 'someone',
            operation: 'Update',
            fieldsV1: { 'f:spec': { 'f:hard': { 'f:pods': {} } } },
          },
        ],
      },
      spec: { hard: { pods: '100' } },
    };
    const error = await apply(
      (request, times) => {
        if (request === `GET ${path}`) {
          return { status: 200, body: live };
        }
        return request === `PATCH ${path}` && times <= refusals
          ? { status, body: { message: 'the object has been modified' } }
          : namespaceWith({ uid: 'n' })(request);
      },
      { uid: 'n', stages: ['walls'] },
    );
    expect(error.message).toContain(said);
    // Each refusal, the one that is taken, and the apply itself.
    expect(edge.count(`PATCH ${path}`)).toBe(Math.min(refusals + 2, 8));
    expect(edge.count(`GET ${path}`)).toBe(Math.min(refusals + 1, 8));
  });

  it('takes nothing that is another’s', async () => {
    const error = await apply(namespaceWith({}));
    expect(error.name).toBe('ConflictError');
    expect(edge.seen).toEqual([`GET ${NAMESPACE}`]);
  });

  it('takes no data that another owner’s tenant of that name has left', async () => {
    const error = await apply(
      namespaceWith({
        labels: {
          'app.kubernetes.io/managed-by': 'threewalls',
          'threewalls.io/tenant': 'acme',
        },
        annotations: { 'threewalls.io/owner': 'group:default/others' },
      }),
    );
    expect(error.name).toBe('ConflictError');
    expect(error.message).toMatch(/that group:default\/others owns/);
    expect(edge.seen).toEqual([`GET ${NAMESPACE}`]);
  });

  it.each([
    ['removes what was applied and is planned no more', 'acme', 1],
    ['removes nothing that is another’s by now', 'globex', 0],
  ])('%s', async (_, tenant, times) => {
    const path = `${NAMESPACE}/configmaps/about`;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'about', namespace: 'web-tenant-acme' },
    };
    const resource = {
      type: 'kubernetes',
      id: 'ConfigMap about',
      object,
    } as const;
    const wall = {
      ...resource,
      id: 'LimitRange gone',
      wall: 'resource',
    } as const;
    const said: unknown[] = [];
    const labels = {
      'app.kubernetes.io/managed-by': 'threewalls',
      'threewalls.io/tenant': tenant,
    };
    const error = await apply(
      request =>
        request === `GET ${path}`
          ? { status: 200, body: { metadata: { uid: 'u', labels } } }
          : namespaceWith({ uid: 'n' })(request),
      {
        uid: 'n',
        stages: ['namespace', 'secret'],
        applied: {
          'ConfigMap about': { stage: 'secret', resource },
          // What holds a wall up is not taken down by a plan that lacks it.
          'LimitRange gone': { stage: 'secret', resource: wall },
        },
        onApplied: applied => said.push(...Object.entries(applied)),
        onResult: ({ id, result }) => said.push([id, result]),
      },
    );
    expect(error.message).toBe('it went well');
    expect(edge.count(`DELETE ${path}`)).toBe(times);
    expect(said.slice(-2)).toEqual([
      ['ConfigMap about', 'removed'],
      ['ConfigMap about', undefined],
    ]);
  });

  it('sends as many requests for a new tenant as it should', async () => {
    const error = await apply(() => undefined, {
      stages: ['namespace', 'walls', 'identity', 'store', 'secret'],
    });
    expect(error.message).toBe('it went well');
    const writes = edge.seen.filter(request => !request.startsWith('GET'));
    // One for each resource and one for the mark of the KV entry; and what had to
    // be looked at first: the namespace, Vault's policy, role and KV entry, the
    // KV mount's version.
    expect(writes).toHaveLength(18);
    expect(edge.seen.length - writes.length).toBe(5);
  });
});
