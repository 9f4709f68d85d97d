import { KubeConfig } from '@kubernetes/client-node';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { PUBLIC_IMAGES } from '../packages/lab/src/index.ts';
import { root, stateDir } from './lib/run.ts';
import { TryOut } from './lib/tryOut.ts';
import { manifests, Objects, pullFailure } from './lib/tryOutObjects.ts';

// What is found out about a cluster before anything is written, from a server that
// answers as the API server of such a cluster does.

const ours = { 'threewalls.io/installed-by': 'npm-start' };
const named = (name: string, labels = {}) => ({ metadata: { name, labels } });
const workload = (image: string, labels = {}) => ({
  metadata: { name: 'theirs', namespace: 'prod', labels },
  spec: { template: { spec: { containers: [{ name: 'a', image }] } } },
});

/** What the cluster is like; a test changes what it is about. */
const bare = {
  version: { major: '1', minor: '31+', gitVersion: 'v1.31.2' },
  unknown: false,
  denied: [] as string[],
  namespaces: [named('default')] as object[],
  deployments: [] as object[],
  statefulsets: [] as object[],
  crd: undefined as object | undefined,
  groups: [] as string[],
  kubelet: 'v1.31.2',
};
let cluster = bare;
let writes: string[] = [];
let applied: unknown;
let server: Server;
let folder: string;

/** The answer of the API server; a 404 where there is none. */
function answer(method: string, path: string, body: any): object | undefined {
  const list = (items: object[]) => ({ items });
  if (path === '/version') return cluster.version;
  if (path.endsWith('/selfsubjectaccessreviews')) {
    const { resource, subresource } = body.spec.resourceAttributes;
    const allowed = !cluster.denied.includes(subresource ?? resource);
    return { status: { allowed } };
  }
  if (method !== 'GET') writes.push(`${method} ${path}`);
  if (method === 'PATCH') {
    applied = body;
    return body;
  }
  switch (path) {
    case '/apis':
      return { groups: cluster.groups.map(name => ({ name, versions: [] })) };
    case '/api/v1/nodes':
      return list([
        { status: { nodeInfo: { kubeletVersion: cluster.kubelet } } },
      ]);
    case '/api/v1/namespaces':
      return list(cluster.namespaces);
    case '/apis/apps/v1/deployments':
      return list(cluster.deployments);
    case '/apis/apps/v1/statefulsets':
      return list(cluster.statefulsets);
    case '/apis/apiextensions.k8s.io/v1':
      return {
        resources: [
          {
            kind: 'CustomResourceDefinition',
            name: 'customresourcedefinitions',
            namespaced: false,
          },
        ],
      };
    default:
      return /customresourcedefinitions\//.test(path) ? cluster.crd : undefined;
  }
}

/** Clouds call their contexts so; no cluster of the portal's may be. */
const CLOUDS = 'gke_Project_zone_Name';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threewalls-try-out-'));
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url!.split('?')[0];
    const body = text ? JSON.parse(text) : undefined;
    const isKnown = path === '/version' || !cluster.unknown;
    const found = isKnown ? answer(request.method!, path, body) : undefined;
    const missing = isKnown
      ? { kind: 'Status', code: 404, message: 'not found' }
      : { kind: 'Status', code: 401, message: 'Unauthorized' };
    response.writeHead(found ? 200 : missing.code, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(found ?? missing));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const contexts = { 'kind-x': port, 'kind-gone': 9, [CLOUDS]: port };
  await writeFile(
    join(folder, 'kubeconfig'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      contexts: Object.keys(contexts).map(name => ({
        name,
        context: { cluster: name, user: 'admin' },
      })),
      clusters: Object.entries(contexts).map(([name, at]) => ({
        name,
        cluster: {
          server: `http://127.0.0.1:${at}`,
          // The client refuses http without.
          'insecure-skip-tls-verify': true,
        },
      })),
      users: [{ name: 'admin', user: {} }],
    }),
  );
});

after(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
  for (const name of ['kind-x', CLOUDS])
    await rm(join(stateDir, `cluster-${name}`), {
      recursive: true,
      force: true,
    });
});

beforeEach(() => {
  cluster = bare;
  writes = [];
});

const open = (context = 'kind-x', images?: string) =>
  TryOut.open({ context, kubeconfig: join(folder, 'kubeconfig'), images });

/** What the portal's config says of tenants. */
async function configOf(found: TryOut): Promise<any> {
  await found.prepare();
  found.close();
  return parse(await readFile(join(root, found.config), 'utf8')).tenants;
}

test('a context that is not there is named beside those that are', async () => {
  await assert.rejects(
    open('prod'),
    /no context prod in .*kubeconfig\. It has: kind-x, kind-gone/,
  );
});

test('a cluster that is not running is named with the reason', async () => {
  await assert.rejects(
    open('kind-gone'),
    /API server of context kind-gone, http:\/\/127\.0\.0\.1:9, can't be reached: .*Is the cluster running\?/,
  );
});

const refused: [string, Partial<typeof bare>, RegExp][] = [
  [
    'an old Kubernetes',
    { version: { ...bare.version, minor: '30', gitVersion: 'v1.30.9' } },
    /runs Kubernetes v1\.30\.9: 1\.31 or newer/,
  ],
  [
    'somebody whom it does not know',
    { unknown: true },
    /^Error: Context kind-x: Unauthorized$/,
  ],
  [
    'somebody who is no administrator',
    { denied: ['namespaces', 'portforward'] },
    /may not create namespaces, portforward: --install needs an administrator/,
  ],
  [
    'a portal of others',
    { namespaces: [named('threewalls-system')] },
    /has a namespace threewalls-system, which --install has not put there/,
  ],
  [
    'a Vault of others',
    { statefulsets: [workload('hashicorp/vault:1.20.0')] },
    /has theirs in namespace prod.*--vault URL/,
  ],
  [
    'an OpenBao of others',
    { statefulsets: [workload('quay.io/openbao/openbao@sha256:00')] },
    /has theirs in namespace prod/,
  ],
  [
    'External Secrets of others',
    { deployments: [workload('ghcr.io/external-secrets/external-secrets')] },
    /has theirs in namespace prod/,
  ],
  [
    'definitions of others',
    { crd: named('externalsecrets.external-secrets.io') },
    /has the definition externalsecrets\.external-secrets\.io/,
  ],
];

for (const [what, change, said] of refused) {
  test(`refuses ${what}, and writes nothing`, async () => {
    cluster = { ...bare, ...change };
    await assert.rejects(open(), said);
    assert.deepEqual(writes, []);
  });
}

test('takes a cluster that has what it has put there itself', async () => {
  cluster = {
    ...bare,
    namespaces: [named('threewalls-system', ours), named('x')],
    statefulsets: [
      workload('docker.io/hashicorp/vault:1', ours),
      workload('hashicorp/vault-k8s:1.4'),
    ],
    crd: named('externalsecrets.external-secrets.io', ours),
  };
  await open();
});

for (const [what, change, expected] of [
  ['kind', {}, { preset: 'kind' }],
  ['k3d', { kubelet: 'v1.33.1+k3s1' }, { preset: 'k3s' }],
  [
    'one with Cilium',
    { groups: ['apps', 'cilium.io'] },
    { preset: 'kind', network: { provider: 'cilium' } },
  ],
] as const) {
  test(`the portal's config for ${what}`, async () => {
    cluster = {
      ...bare,
      ...change,
      groups: [...('groups' in change ? change.groups : [])],
    };
    const tenants = await configOf(await open());
    const { preset, network } = tenants;
    assert.deepEqual({ preset, ...(network && { network }) }, expected);
    assert.equal(tenants.n8n.image, PUBLIC_IMAGES.n8n);
    assert.match(
      tenants.clusters[0].vault.address,
      /^http:\/\/127\.0\.0\.1:\d+$/,
    );
    assert.deepEqual(writes, []);
  });
}

test('other images can be named, and nothing else with them', async () => {
  const images = join(folder, 'images.yaml');
  const opened = () => open('kind-x', images);
  await writeFile(images, 'n8n: mirror.test/n8n:1\n');
  const tenants = await configOf(await opened());
  assert.equal(tenants.n8n.image, 'mirror.test/n8n:1');
  await writeFile(images, 'n9n: mirror.test/n8n:1\n');
  await assert.rejects(opened(), /n9n is none of vault, externalSecrets, n8n/);
});

test('a context of a cloud gives a cluster a name that it may have', async () => {
  const tenants = await configOf(await open(CLOUDS));
  const [{ name, title }] = tenants.clusters;
  assert.deepEqual([name, title], ['gke-project-zone-name', CLOUDS]);
});

test('every image has a public name, and may be pulled', async () => {
  const all = await manifests(PUBLIC_IMAGES);
  const containers = all.flatMap(o => o.spec?.template?.spec?.containers ?? []);
  assert.deepEqual(
    containers.map(c => [c.image, c.imagePullPolicy]),
    [
      [PUBLIC_IMAGES.externalSecrets, 'IfNotPresent'],
      [PUBLIC_IMAGES.vault, 'IfNotPresent'],
    ],
  );
  await assert.rejects(manifests({}), /no public image for threewalls\.local/);
});

test('a definition is applied as it stands', async () => {
  const spec = {
    type: 'object',
    default: {},
    enum: ['a'],
    'x-kubernetes-preserve-unknown-fields': true,
  };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'as.they.stand' },
    spec: { versions: [{ schema: { openAPIV3Schema: spec } }] },
  };
  const kc = new KubeConfig();
  kc.loadFromFile(join(folder, 'kubeconfig'));
  kc.setCurrentContext('kind-x');
  await kc.makeApiClient(Objects).apply(definition, 'test');
  assert.deepEqual(applied, definition);
});

test('an image that can not be pulled is named with the reason', () => {
  const pod = (reason: string) => ({
    status: {
      containerStatuses: [
        {
          ...{ name: 'vault', ready: false, restartCount: 0, imageID: '' },
          image: 'docker.io/hashicorp/vault:1',
          state: { waiting: { reason, message: 'dial tcp: timeout' } },
        },
      ],
    },
  });
  for (const reason of [
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
  ]) {
    assert.equal(
      pullFailure(pod(reason)),
      "The image docker.io/hashicorp/vault:1 can't be pulled: dial tcp: timeout",
    );
  }
  assert.equal(pullFailure(pod('ContainerCreating')), undefined);
});
