import { setTimeout as sleep } from 'node:timers/promises';
import {
  Action,
  KubernetesClient,
  PolicyRule,
  Rbac,
  RbacObjects,
  Requester,
  Subject,
} from '@threewalls/backstage-plugin-tenants-node';
import { atOnce } from './support/atOnce';
import {
  adminLab,
  create,
  mayDo,
  objectOf,
  RBAC,
  refOf,
  remove,
} from './support/lab';
import { Random } from './support/random';

/** Questions that are asked of both. */
const QUESTIONS = 1_200;
const ROLES = 24;
const BINDINGS = 40;
const AT_ONCE = 16;
const random = Random.fromEnvironment();
// What an earlier run has made may still be going away.
const NAME = `t-rbac-${random.seed}-${Date.now() % 100_000}`;
const SPACES = [`${NAME}-a`, `${NAME}-b`];

const VERBS = ['get', 'list', 'watch', 'create', 'patch', 'deletecollection'];
/** None of the core group: what is bound here opens nothing of anybody's. */
const GROUPS = ['rbac-test.example.com', 'other.example.com'];
const RESOURCES = ['gadgets', 'widgets'];
const SUBRESOURCES = ['exec', 'status'];
const NAMES = ['one', 'two'];

function anyRule(): PolicyRule {
  const resources = [
    '*',
    ...RESOURCES,
    ...RESOURCES.flatMap(r => SUBRESOURCES.map(s => `${r}/${s}`)),
    ...SUBRESOURCES.map(s => `*/${s}`),
  ];
  return {
    verbs: random.some(['*', ...VERBS], 2),
    apiGroups: random.some(GROUPS, 2),
    resources: random.some(resources, 2),
    ...(random.chance(0.3) && { resourceNames: random.some(NAMES, 1) }),
  };
}

const ACCOUNTS = SPACES.flatMap(namespace =>
  ['app', 'other'].map(name => ({ namespace, name })),
);

function anySubject(): Subject {
  const account = random.one(ACCOUNTS);
  const { namespace, name } = account;
  return random.one<Subject>([
    { kind: 'User', name: `${NAME}-user` },
    { kind: 'User', name: `system:serviceaccount:${namespace}:${name}` },
    { kind: 'Group', name: `${NAME}-group` },
    { kind: 'Group', name: `system:serviceaccounts:${namespace}` },
    { kind: 'ServiceAccount', ...account },
  ]);
}

function anyRequester(): Requester {
  const { namespace, name } = random.one(ACCOUNTS);
  return random.one<Requester>([
    { user: `${NAME}-user`, groups: [] },
    { user: `${NAME}-user`, groups: [`${NAME}-group`] },
    { groups: [`${NAME}-group`, 'system:authenticated'] },
    {
      user: `system:serviceaccount:${namespace}:${name}`,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
    },
  ]);
}

function anyAction(): Action & { name: string } {
  return {
    verb: random.one(VERBS),
    group: random.one(GROUPS),
    resource: random.one(RESOURCES),
    subresource: random.chance(0.4) ? random.one(SUBRESOURCES) : undefined,
    name: random.one(['', ...NAMES]),
  };
}

/** Random roles and bindings: of the cluster, and of two namespaces. */
function anyObjects(): Record<'roles' | 'bindings', any[]> {
  const roles = Array.from({ length: ROLES }, (_, i) => {
    const namespace = random.one([undefined, ...SPACES]);
    return objectOf(
      namespace ? 'Role' : 'ClusterRole',
      { name: `${NAME}-${i}`, namespace },
      { rules: Array.from({ length: 1 + random.below(3) }, anyRule) },
    );
  });
  const bindings = Array.from({ length: BINDINGS }, (_, i) => {
    const role = random.one(roles);
    const home = role.metadata.namespace;
    const namespace = home ?? random.one([undefined, ...SPACES]);
    const { kind, metadata } = role;
    const subjects = Array.from({ length: 1 + random.below(2) }, anySubject);
    return objectOf(
      namespace ? 'RoleBinding' : 'ClusterRoleBinding',
      { name: `${NAME}-${i}`, namespace },
      {
        roleRef: { apiGroup: RBAC, kind, name: metadata.name },
        subjects: subjects.map(subject => ({
          ...(subject.kind !== 'ServiceAccount' && { apiGroup: RBAC }),
          ...subject,
        })),
      },
    );
  });
  return { roles, bindings };
}

describe('Who can, held to the API server', () => {
  const admin: KubernetesClient = adminLab().kubernetes;
  const { roles, bindings } = anyObjects();
  const namespaces = SPACES.map(name => objectOf('Namespace', { name }));
  const all = [...roles, ...bindings];

  jest.setTimeout(180_000);

  beforeAll(async () => {
    await atOnce(AT_ONCE, namespaces, one => create(admin, one));
    await atOnce(AT_ONCE, all, one => create(admin, one));
    // The API server's authorizer reads from caches of its own.
    await sleep(2_000);
  });

  afterAll(async () => {
    await atOnce(AT_ONCE, [...all, ...namespaces], one => remove(admin, one));
  });

  async function list(kind: string): Promise<any[]> {
    return (await admin.list<any>(refOf(kind))).items;
  }

  it(`answers ${QUESTIONS} random questions as the API server does (seed ${random.seed})`, async () => {
    const objects: RbacObjects = {
      clusterRoles: await list('ClusterRole'),
      roles: await list('Role'),
      clusterRoleBindings: await list('ClusterRoleBinding'),
      roleBindings: await list('RoleBinding'),
    };
    const rbac = new Rbac(objects);
    const questions = Array.from({ length: QUESTIONS }, () => ({
      who: anyRequester(),
      action: anyAction(),
      namespace: random.one([undefined, ...SPACES]),
    }));
    const wrong: unknown[] = [];
    let allowed = 0;
    await atOnce(AT_ONCE, questions, async ({ who, action, namespace }) => {
      const resourceAttributes = { ...action, namespace };
      const said = await mayDo(admin, { ...who, resourceAttributes });
      allowed += said ? 1 : 0;
      if (rbac.allows(who, action, namespace) !== said) {
        wrong.push({ who, action, namespace, said });
      }
    });
    expect(wrong).toEqual([]);
    // Neither answer may be the only one.
    expect(allowed).toBeGreaterThan(QUESTIONS / 20);
    expect(allowed).toBeLessThan(QUESTIONS - QUESTIONS / 20);
  });
});
