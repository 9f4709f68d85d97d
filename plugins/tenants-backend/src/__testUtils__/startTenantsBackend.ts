import { Server } from 'node:http';
import {
  BackendFeature,
  createServiceFactory,
  ServiceRef,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  Operation,
  OperationRequest,
  Proof,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import createKnex from 'knex';
import request from 'supertest';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports
import { kubeconfigFor } from '../../../tenants-node/src/__testUtils__/Edge';
import { engineServiceRef } from '../engine';
import tenantsPlugin, { tenantConditions } from '../index';
import { FakeCluster } from './FakeCluster';
import { FakeProver } from './FakeProver';
import { undescribed } from './undescribed';

/** The owner group of the tests, and one that the user is no member of. */
export const OWNER = 'group:default/guests';
export const STRANGERS = 'group:default/globex';

/** Planted: must never show in an answer, an event, a row or a log. */
export const PLANTED = {
  clusterToken: 'Planted-cluster-token-4711',
  vaultSecret: 'Planted-vault-secret-0815',
  ownerPassword: 'Planted-owner-password-42',
};

type Permissions = ReturnType<typeof mockServices.permissions.mock>;

/** As a policy would that lets everybody do everything, but for these. */
export function allowAll(permissions: Permissions, ...denied: string[]) {
  const decide = async (requests: { permission: { name: string } }[]) =>
    requests.map(({ permission }) => ({
      result: denied.includes(permission.name)
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW,
    }));
  permissions.authorize.mockImplementation(decide as any);
  permissions.authorizeConditional.mockImplementation(decide as any);
}

/** As a policy would that lets owners do everything, and nobody administer. */
export function allowOwners(permissions: Permissions, ...claims: string[]) {
  permissions.authorizeConditional.mockImplementation(async requests =>
    requests.map(({ permission }) =>
      permission.name === 'tenant.administer'
        ? { result: AuthorizeResult.DENY }
        : {
            result: AuthorizeResult.CONDITIONAL,
            pluginId: 'tenants',
            resourceType: permission.resourceType!,
            conditions: tenantConditions.isTenantOwner({ claims }),
          },
    ),
  );
}

const entity = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});

/** What is in the catalog of the tests. */
export const ENTITIES = [
  entity('Group', 'guests'),
  entity('Group', 'globex'),
  entity('User', 'mock'),
  entity('Resource', 'taken', { spec: { type: 'database' } }),
];

/** Config of a portal whose clusters `lab` and `other` are the fakes. */
export function configOf(
  credentials: ReturnType<typeof createMockDirectory>,
  fakes: { lab: FakeCluster; other: FakeCluster },
  tenants: object = {},
  /** What a cluster has otherwise */
  own: { lab?: object; other?: object } = {},
) {
  credentials.setContent({
    'role-id': 'portal',
    'secret-id': PLANTED.vaultSecret,
    ...Object.fromEntries(
      Object.entries(fakes).map(([name, { url }]) => [
        name,
        kubeconfigFor(url, PLANTED.clusterToken),
      ]),
    ),
  });
  return {
    tenants: {
      // The fake's node has no capacity to speak of.
      overcommit: true,
      clusters: Object.entries(fakes).map(([name, { url }]) => ({
        name,
        kubernetes: { kubeconfig: credentials.resolve(name) },
        vault: {
          address: url,
          login: {
            approle: {
              roleIdFile: credentials.resolve('role-id'),
              secretIdFile: credentials.resolve('secret-id'),
            },
          },
        },
        ...own[name as keyof typeof own],
      })),
      ...tenants,
    },
  };
}

/** A service that is this. */
function serviceOf<T>(service: ServiceRef<T, 'plugin'>, is: NoInfer<T>) {
  return createServiceFactory({ service, deps: {}, factory: () => is });
}

const credentials = createMockDirectory();

/** The plugin in a backend, upon two fake clusters, with a prover that is told what to say. */
export async function startTenantsBackend(
  tenants: object = {},
  own: Parameters<typeof configOf>[3] = {},
  ...modules: BackendFeature[]
) {
  // Of neighbours that were never tried the first by name is taken, and not any.
  const random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
  const [lab, other] = [await FakeCluster.start(), await FakeCluster.start()];
  const config = configOf(credentials, { lab, other }, tenants, own);
  const platform = readPlatform(mockServices.rootConfig({ data: config }));
  const prover = new FakeProver();
  const permissions = mockServices.permissions.mock();
  allowAll(permissions);
  const publish = jest.fn(async () => {});
  const emit = jest.fn(async () => {});
  const send = jest.fn(async () => {});
  const auditor = mockServices.auditor.mock();
  const success = jest.fn();
  const fail = jest.fn();
  auditor.createEvent.mockResolvedValue({ success, fail });
  const scheduler = mockServices.scheduler.mock();
  const gauges = new Map<string, (result: object) => Promise<void>>();
  const instrument = { record: () => {}, add: () => {} };
  // As Backstage has SQLite: one connection, so that whoever takes two hangs.
  const knex = createKnex({
    client: 'better-sqlite3',
    connection: ':memory:',
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const database = mockServices.database.mock({ getClient: async () => knex });
  const backend = await startTestBackend({
    features: [
      tenantsPlugin,
      ...modules,
      serviceOf(engineServiceRef, {
        platform,
        clusters: Clusters.fromPlatform(platform),
        prove: prover.prove,
        checkState: prover.checkState,
      }),
      serviceOf(notificationService, { send }),
      serviceOf(signalsServiceRef, { publish }),
      mockServices.events.mock({ publish: emit }).factory,
      database.factory,
      permissions.factory,
      auditor.factory,
      catalogServiceMock.factory({ entities: ENTITIES }),
      mockServices.userInfo.mock({
        getUserInfo: async () => ({
          userEntityRef: 'user:default/mock',
          ownershipEntityRefs: ['user:default/mock', OWNER],
        }),
      }).factory,
      mockServices.rootConfig.factory({ data: config }),
      scheduler.factory,
      serviceOf(metricsServiceRef, {
        createHistogram: () => instrument,
        createCounter: () => instrument,
        createObservableGauge: (name: string) => ({
          addCallback: (callback: (result: object) => Promise<void>) =>
            gauges.set(name, callback),
        }),
      } as any),
    ],
  });
  const server: Server = backend.server;
  /** Asks, and sees that the API's description has all of the answer. */
  const api = async (
    method: 'get' | 'post' | 'put' | 'delete' | 'patch',
    path: string,
    body?: object,
    auth: string = mockCredentials.user.header(),
  ) => {
    const answer = await request(server)
      [method](`/api/tenants${path}`)
      .set('Authorization', auth)
      .send(body);
    const missing = undescribed(method, path, answer);
    if (missing.length > 0) {
      throw new Error(`openapi.yaml, ${method} ${path}: ${missing.join(', ')}`);
    }
    return answer;
  };
  const get = async (path: string) => (await api('get', path)).body;
  const start = (
    name: string,
    body: OperationRequest & Record<string, unknown>,
  ) => api('post', `/tenants/${name}/operations`, body);
  async function follow(started: request.Response): Promise<Operation> {
    if (started.status !== 202) {
      throw new Error(`${started.status}: ${started.body.error?.message}`);
    }
    for (let i = 0; i < 1000; i++) {
      const { body } = await request(server)
        .get(started.headers.location)
        .set('Authorization', mockCredentials.user.header());
      if (body.finishedAt) {
        return body;
      }
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    throw new Error(`The operation at ${started.headers.location} did not end`);
  }
  const run = async (name: string, body: Parameters<typeof start>[1]) =>
    follow(await start(name, body));
  const spec = (name: string, over: object = {}) => ({
    name,
    owner: OWNER,
    cluster: 'lab',
    ...over,
  });
  /** Makes a tenant, all of it. */
  async function create(name: string, over: object = {}): Promise<Operation> {
    const made = await run(name, { kind: 'apply', spec: spec(name, over) });
    if (made.state !== 'succeeded') {
      throw new Error(`${name} was not made: ${made.error}`);
    }
    return made;
  }
  async function prove(name: string): Promise<Proof> {
    const { id } = await run(name, { kind: 'prove' });
    return get(`/tenants/${name}/proofs/${id}`);
  }
  const scheduled = (id: string) =>
    scheduler.scheduleTask.mock.calls
      .map(([task]) => task)
      .find(task => task.id === `tenants-${id}`)!;
  /** Does now what the schedule does at its own times; nothing else ever does. */
  async function tick(id: string): Promise<void> {
    await scheduled(id).fn(new AbortController().signal);
  }
  /** What a gauge says now, by its attributes as JSON. */
  async function observe(gauge: string): Promise<Record<string, number>> {
    const observed: Record<string, number> = {};
    await gauges.get(gauge)!({
      observe: (value: number, attributes: object = {}) => {
        observed[JSON.stringify(attributes)] = value;
      },
    });
    return observed;
  }
  const namespace = (name: string) =>
    lab.objects.get(`/api/v1/namespaces/web-tenant-${name}`);
  return {
    api,
    get,
    start,
    follow,
    run,
    spec,
    create,
    prove,
    namespace,
    scheduled,
    tick,
    observe,
    server,
    stop: async () => {
      random.mockRestore();
      await backend.stop();
      await Promise.all([lab.stop(), other.stop(), knex.destroy()]);
    },
    knex,
    platform,
    lab,
    other,
    prover,
    permissions,
    publish,
    emit,
    send,
    auditor,
    success,
    fail,
  };
}
