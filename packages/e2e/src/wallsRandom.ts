import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import {
  letsThrough,
  PolicyPod,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { mayDo, objectOf, RBAC, tokenOf } from './support/lab';
import { objectsOf } from './support/plans';
import { Random } from './support/random';
import { Scene } from './wallsMutation';
import { SPECS } from './wallsOfSecret';
import type { Pair } from './wallsRows';

/** One small change, and what it has to be found to be. */
export interface RandomChange {
  title: string;
  wall: Wall;
  /** Does it, and tells by other means than a proof's whether it widens anything */
  apply(scene: Scene): Promise<'breached' | 'holds'>;
}

type Make = (random: Random, a: TenantPlan, b: TenantPlan) => RandomChange;

const ADDED = 'walls-test';
const ESO = 'external-secrets.io';

/** A quantity as another would write it, or another quantity. */
function rewritten(random: Random, quantity: string) {
  const [, digits, suffix] = /^(\d+)(.*)$/.exec(quantity)!;
  const smaller: Record<string, string> = { Gi: 'Mi', Mi: 'Ki', '': 'm' };
  const scale: Record<string, number> = { Gi: 1024, Mi: 1024, '': 1000 };
  const kind = random.one(['same', 'more', 'less']);
  if (kind === 'same' && suffix in smaller) {
    return {
      text: `${Number(digits) * scale[suffix]}${smaller[suffix]}`,
      same: true,
    };
  }
  const factor = kind === 'less' ? 0.5 : 2;
  const number = Math.max(1, Math.floor(Number(digits) * factor));
  return { text: `${number}${suffix}`, same: number === Number(digits) };
}

const quota: Make = (random, a) => {
  const quotas = objectsOf(a).filter(
    o => o.kind === 'ResourceQuota' && o.metadata.name !== 'tenant-probe-quota',
  );
  const { metadata, spec } = random.one(quotas);
  const { hard } = spec as { hard: Record<string, string> };
  const keys = Object.keys(hard).filter(key => hard[key] !== '0');
  const key = random.one(keys);
  const { text, same } = rewritten(random, hard[key]);
  return {
    title: `${metadata.name} ${key}: ${hard[key]} becomes ${text}`,
    wall: 'resource',
    apply: async ({ edit }) => {
      await edit(a, 'ResourceQuota', metadata.name, {
        spec: { hard: { [key]: text } },
      });
      return same ? 'holds' : 'breached';
    },
  };
};

const namespaceLabel: Make = (random, a) => {
  const security = 'pod-security.kubernetes.io/';
  const [key, value, isFine] = random.one<[string, string, boolean]>([
    [`${security}enforce`, 'baseline', false],
    [`${security}enforce`, 'privileged', false],
    [`${security}enforce-version`, 'v1.30', false],
    [`${security}warn`, 'baseline', false],
    ['team', 'blue', true],
    ['example.com/cost-center', '4711', true],
  ]);
  return {
    title: `The namespace's label ${key} becomes ${value}`,
    wall: 'resource',
    apply: async ({ label }) => {
      await label(a, { [key]: value });
      return isFine ? 'holds' : 'breached';
    },
  };
};

const WRITES = ['create', 'update', 'patch'];
/** What a subject could do to open the secret wall; asked of the API server itself. */
const DANGEROUS: [verb: string, group: string, resource: string][] = [
  ['get', '', 'secrets'],
  ['list', '', 'secrets'],
  ['watch', '', 'secrets'],
  ['create', '', 'pods'],
  ['patch', '', 'pods'],
  ['create', '', 'pods/exec'],
  ['get', '', 'pods/exec'],
  ['create', '', 'pods/attach'],
  ['patch', '', 'pods/ephemeralcontainers'],
  ['create', '', 'serviceaccounts/token'],
  ['impersonate', '', 'serviceaccounts'],
  ['create', 'batch', 'jobs'],
  ['patch', 'batch', 'cronjobs'],
  ['create', 'apps', 'statefulsets'],
  ['patch', 'apps', 'deployments'],
  ['update', 'apps', 'replicasets'],
  ['create', ESO, 'externalsecrets'],
  ['patch', ESO, 'secretstores'],
  ['bind', RBAC, 'roles'],
  ['update', RBAC, 'rolebindings'],
];

/** Who may not make an object may still not change one that is there. */
function asWritten([verb, group, resource]: [string, string, string]) {
  const verbs =
    WRITES.includes(verb) && !resource.includes('/') ? WRITES : [verb];
  return verbs.map(each => [each, group, resource] as const);
}

const access: Make = (random, a, b) => {
  const [verb, group, full] = random.one(DANGEROUS);
  const harmless: [string, string, string] = random.one([
    ['get', '', 'configmaps'],
    ['list', '', 'pods'],
    ['patch', 'apps', 'deployments/scale'],
    ['get', 'batch', 'jobs'],
    ['delete', '', 'pods'],
  ]);
  const [v, g, r] = random.chance(0.6) ? [verb, group, full] : harmless;
  const rule = {
    verbs: random.chance(0.15) ? ['*'] : [v],
    apiGroups: [random.chance(0.1) ? '*' : g],
    resources: [random.chance(0.1) ? `*/${r.split('/')[1] ?? 'status'}` : r],
    ...(random.chance(0.3) && { resourceNames: ['n8n'] }),
  };
  const subject = random.one<{ kind: string; name: string }>([
    a.names.ownerSubject,
    b.names.ownerSubject,
    { kind: 'User', name: 'mallory' },
  ]);
  const where = random.one([a, a, b]).names.namespace;
  return {
    title: `${subject.kind} ${subject.name} may ${JSON.stringify(
      rule,
    )} in ${where}`,
    wall: 'secret',
    apply: async ({ grant, lab, waitFor }) => {
      await grant({ apiGroup: RBAC, ...subject }, rule, where);
      let ticks = 0;
      await waitFor(async () => ++ticks > 5, "the API server's own caches");
      for (const [dangerous, of, resource] of DANGEROUS.flatMap(asWritten)) {
        const [plural, subresource] = resource.split('/');
        for (const name of ['', 'n8n']) {
          const allowed = await mayDo(lab.admin, {
            user: subject.kind === 'User' ? subject.name : '',
            groups:
              subject.kind === 'Group'
                ? [subject.name, 'system:authenticated']
                : ['system:authenticated'],
            resourceAttributes: {
              namespace: a.names.namespace,
              verb: dangerous,
              group: of,
              resource: plural,
              subresource,
              // Nothing has a name when it is asked whether it may be made.
              name: dangerous === 'create' && !subresource ? '' : name,
            },
          });
          if (allowed) {
            return 'breached';
          }
        }
      }
      return 'holds';
    },
  };
};

/** Pods that policies may tell apart, and addresses outside. */
function everybody(a: TenantPlan, b: TenantPlan): PolicyPod[] {
  const labels: Record<string, string>[] = [
    {},
    { app: 'front' },
    { 'k8s-app': 'kube-dns' },
  ];
  return [
    a.names.namespace,
    b.names.namespace,
    'kube-system',
    'default',
  ].flatMap(namespace => labels.map(own => ({ namespace, labels: own })));
}

const policy: Make = (random, a, b) => {
  const named = (name: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  });
  const peer = () =>
    random.one<object>([
      { podSelector: {} },
      { podSelector: { matchLabels: { app: 'front' } } },
      named(b.names.namespace),
      {
        ...named('kube-system'),
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
      { namespaceSelector: {} },
      { ipBlock: { cidr: '203.0.113.0/24' } },
      { ipBlock: { cidr: '169.254.169.254/32' } },
    ]);
  const ports = random.one<object>([
    {},
    { ports: [{ port: 53, protocol: 'UDP' }] },
    { ports: [{ port: 5678 }] },
  ]);
  const direction = random.one(['Ingress', 'Egress']);
  const spec: Record<string, unknown> = {
    podSelector: random.one<object>([
      {},
      { matchLabels: { 'app.kubernetes.io/name': 'n8n' } },
      { matchLabels: { app: 'nobody' } },
    ]),
    policyTypes: [direction],
    ...(direction === 'Ingress'
      ? { ingress: [{ from: [peer()], ...ports }] }
      : { egress: [{ to: [peer()], ...ports }] }),
  };
  const metadata = { name: ADDED, namespace: a.names.namespace };
  const object = objectOf('NetworkPolicy', metadata, { spec });
  return {
    title: `A policy: ${JSON.stringify(spec)}`,
    wall: 'network',
    apply: async ({ add }) => {
      await add(object);
      const ours = objectsOf(a).filter(({ kind }) =>
        kind.endsWith('NetworkPolicy'),
      );
      // The labels of what runs, and nobody else's policies: only the tenant's half.
      const n8n: PolicyPod = {
        namespace: a.names.namespace,
        labels: {
          'app.kubernetes.io/name': 'n8n',
          'threewalls.io/tenant': a.spec.name,
        },
      };
      const outside = ['203.0.113.7', '169.254.169.254', '198.51.100.1'];
      const connections = [53, 54, 5678].flatMap(port =>
        (['TCP', 'UDP'] as const).flatMap(protocol => [
          ...everybody(a, b).flatMap(other => [
            { from: n8n, to: other, protocol, port },
            { from: other, to: n8n, protocol, port },
          ]),
          ...outside.map(address => ({
            from: n8n,
            to: { address },
            protocol,
            port,
          })),
        ]),
      );
      // The plan lets nobody in from outside the cluster.
      const letsIn =
        JSON.stringify(spec.ingress ?? []).includes('ipBlock') &&
        !JSON.stringify(spec.podSelector).includes('nobody');
      // One that allows the resolver's port lifts Cilium's rule for names.
      const closed = {
        ...object,
        spec: { podSelector: {}, policyTypes: ['Egress'] },
      };
      const liftsNames = letsThrough([closed, object], {
        from: n8n,
        to: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
        protocol: 'UDP',
        port: 53,
      });
      return letsIn ||
        liftsNames ||
        connections.some(
          one => letsThrough([...ours, object], one) && !letsThrough(ours, one),
        )
        ? 'breached'
        : 'holds';
    },
  };
};

const vaultRole: Make = (random, a) => {
  const some = random.some(
    ['*', 'n8n', 'n8n-*', 'deployer', a.names.loginServiceAccount],
    2,
  );
  // Vault refuses a role of everybody and of some.
  const names = some.includes('*') ? ['*'] : some;
  const namespaces = random.some(
    // None that takes the tenants of changes which run beside this one.
    [
      `*${a.spec.name}`,
      `${a.names.namespace}*`,
      a.names.namespace,
      `${a.names.namespace}-2`,
      'ci',
    ],
    2,
  );
  return {
    title: `A role of Vault's for ${names} of ${namespaces}`,
    wall: 'secret',
    apply: async ({ vault, lab }) => {
      const role = `${ADDED}-${a.spec.name}`;
      await vault(`auth/kubernetes/role/${role}`, {
        bound_service_account_names: names,
        bound_service_account_namespaces: namespaces,
        audience: 'vault',
        token_policies: ['default'],
      });
      // Vault itself is asked, with tokens of the tenant's ServiceAccounts.
      const { namespace, loginServiceAccount } = a.names;
      for (const name of ['n8n', loginServiceAccount, 'default']) {
        const jwt = await tokenOf(
          lab.admin,
          { name, namespace },
          { audiences: ['vault'], expirationSeconds: 600 },
        );
        const { status } = await lab.vaultAdmin.request(
          'POST',
          'auth/kubernetes/login',
          { role, jwt },
        );
        if (status < 300) {
          return 'breached';
        }
      }
      return 'holds';
    },
  };
};

const vaultPolicy: Make = (random, a, b) => {
  const path = random.one([
    `secret/data/${a.names.kvPath}`,
    `secret/data/${b.names.kvPath}`,
    'secret/data/*',
    'sys/health',
    'auth/token/create',
  ]);
  const capability = random.one(['read', 'update', 'list']);
  return {
    title: `The tenant's policy may ${capability} ${path}`,
    wall: 'secret',
    apply: async ({ policy: write }) => {
      await write(a, `path "${path}" { capabilities = ["${capability}"] }\n`);
      // Whatever it says: nobody but the portal writes it.
      return 'breached';
    },
  };
};

const workload: Make = (random, a) => {
  const [body, isFine] = random.one<[object, boolean]>([
    [{ metadata: { labels: { team: 'blue' } } }, true],
    [{ metadata: { annotations: { 'example.com/seen': 'yes' } } }, true],
    [{ spec: { replicas: 1, paused: true } }, false],
    [{ spec: { revisionHistoryLimit: 9 } }, false],
    [{ spec: { progressDeadlineSeconds: 600 } }, true],
    [{ spec: { progressDeadlineSeconds: 60 } }, false],
    [{ spec: { strategy: { type: 'Recreate' } } }, true],
  ]);
  return {
    title: `n8n's Deployment: ${JSON.stringify(body)}`,
    wall: 'resource',
    apply: async ({ edit }) => {
      await edit(a, 'Deployment', 'n8n', body);
      return isFine ? 'holds' : 'breached';
    },
  };
};

const store: Make = (random, a) => {
  const [kind, spec] = random.one(Object.entries(SPECS));
  return {
    title: `A ${kind} is there`,
    wall: 'secret',
    apply: async ({ create }) => {
      await create(a, kind, ADDED, spec);
      return 'breached';
    },
  };
};

const MAKERS: Make[] = [
  quota,
  namespaceLabel,
  access,
  access,
  policy,
  policy,
  vaultRole,
  vaultPolicy,
  workload,
  store,
];

/** Makes so many changes, each pair its own share of them, and says which were not found to be what they are. */
export async function tryChanges(pairs: Pair[], count: number, seed: number) {
  const random = new Random(seed);
  const seen = { breached: 0, holds: 0 };
  const wrong: string[] = [];
  // Chosen before any is made, so that a seed says the same whoever is faster.
  const queues = pairs.map(({ plans: [a, b] }, i) =>
    Array.from({ length: Math.ceil((count - i) / pairs.length) }, () =>
      random.one(MAKERS)(random, a, b),
    ),
  );
  await Promise.all(
    pairs.map(async (pair, i) => {
      for (const change of queues[i]) {
        const problem = await pair.tryOut(change).then(
          ({ expected, found, why }) => {
            if (found === expected) {
              seen[expected]++;
              return undefined;
            }
            return `expected ${expected}, found ${found}: ${why}`;
          },
          (error: Error) => `was not tried: ${error.message}`,
        );
        if (problem) {
          wrong.push(`${change.title}: ${problem}`);
        }
      }
    }),
  );
  return { seen, wrong };
}
