import {
  createServiceFactory,
  ServiceRef,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  Proof,
  TenantUsage,
  TenantUsageSummary,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  ResourceDifference,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import request from 'supertest';
import tenantsPlugin, { tenantConditions } from '../index';
import { HealthProbe } from '../services/HealthMonitor';
import { PlanInspector } from '../services/TenantPreviewer';
import {
  healthProbesServiceRef,
  planInspectorServiceRef,
  proverServiceRef,
  tenantDriftServiceRef,
  tenantSourceServiceRef,
  tenantUsageServiceRef,
  usageSummariesServiceRef,
  versionsServiceRef,
} from '../services/serviceRefs';
import { FakeProver, FakeTenantSource } from './fakes';
import { testTenant } from './testTenant';

export const difference = {
  stage: 'walls' as const,
  id: 'ResourceQuota tenant-quota',
  change: 'update' as const,
  fields: [{ field: 'spec.hard.pods', live: '20', planned: '10' }],
};

export const usage: TenantUsage = {
  quotas: [
    {
      quota: 'tenant-quota',
      resource: 'pods',
      used: '1',
      hard: '10',
      ratio: 0.1,
    },
  ],
  n8n: { image: 'example.com:5000/n8n:2.41.1', version: '2.41.1', ready: true },
};

const config = {
  tenants: {
    clusters: [
      {
        name: 'lab',
        title: 'Lab',
        kubernetes: { kubeconfig: '/nowhere/kubeconfig' },
        vault: {
          address: 'https://192.0.2.20:8200',
          login: { tokenFile: '/nowhere/token' },
        },
      },
    ],
  },
};

type Permissions = ReturnType<typeof mockServices.permissions.mock>;

/** As a policy would that lets everybody do everything. */
export function allowAll(permissions: Permissions) {
  permissions.authorize.mockImplementation(async requests =>
    requests.map(() => ({ result: AuthorizeResult.ALLOW })),
  );
  permissions.authorizeConditional.mockImplementation(async requests =>
    requests.map(() => ({ result: AuthorizeResult.ALLOW })),
  );
}

/** As a policy would that lets owners do everything. */
export function allowOwners(permissions: Permissions, ...claims: string[]) {
  permissions.authorizeConditional.mockImplementation(async requests =>
    requests.map(({ permission }) => ({
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'tenants',
      resourceType: permission.resourceType!,
      conditions: tenantConditions.isTenantOwner({ claims }),
    })),
  );
}

/** The plugin in a backend, with clusters, provers and the portal's other plugins faked. */
export async function startTenantsBackend() {
  const source = new FakeTenantSource();
  source.tenants = [
    testTenant('acme'),
    testTenant('globex', { owner: 'group:default/globex' }),
    testTenant('far', { cluster: 'prod' }),
  ];
  const prover = new FakeProver();
  const permissions = mockServices.permissions.mock();
  allowAll(permissions);
  const publish = jest.fn(async () => {});
  const send = jest.fn(async () => {});
  const detect = jest.fn(async () => [difference]);
  const auditor = mockServices.auditor.mock();
  const success = jest.fn();
  const fail = jest.fn();
  auditor.createEvent.mockResolvedValue({ success, fail });
  const summaries = new Map<string, TenantUsageSummary>([
    ['acme', { cpu: 0.5, memory: 0.75, pods: 0.1 }],
  ]);
  const inspector = {
    checkCapacity: jest.fn<Promise<void>, [TenantPlan]>(async () => {}),
    diff: jest.fn<Promise<ResourceDifference[]>, [TenantPlan]>(async () => [
      difference,
    ]),
  } satisfies PlanInspector;
  const probe: jest.Mocked<HealthProbe> = {
    part: 'cluster lab',
    check: jest.fn(async () => {}),
  };
  const userInfo = mockServices.userInfo.mock({
    getUserInfo: async () => ({
      userEntityRef: 'user:default/guest',
      ownershipEntityRefs: ['user:default/guest', 'group:default/guests'],
    }),
  });
  const { server } = await startTestBackend({
    features: [
      tenantsPlugin,
      replace(tenantSourceServiceRef, source),
      replace(proverServiceRef, prover),
      replace(tenantDriftServiceRef, { detect }),
      replace(tenantUsageServiceRef, { read: async () => usage }),
      replace(usageSummariesServiceRef, {
        stamp: 1,
        refresh: async () => {},
        get: tenant => summaries.get(tenant.name),
      }),
      replace(planInspectorServiceRef, inspector),
      replace(healthProbesServiceRef, [probe]),
      replace(versionsServiceRef, {
        read: async () => ({
          kubernetes: 'v1.36.3',
          cilium: 'not readable',
          vault: '1.19.0',
          externalSecrets: 'v0.20.4',
          portal: '0.1.0',
        }),
      }),
      replace(notificationService, { send }),
      replace(signalsServiceRef, { publish }),
      permissions.factory,
      auditor.factory,
      catalogServiceMock.factory({
        entities: ['guests', 'globex'].map(name => ({
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Group',
          metadata: { name, namespace: 'default' },
        })),
      }),
      userInfo.factory,
      mockServices.rootConfig.factory({ data: config }),
      mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
    ],
  });
  const api = (method: 'get' | 'post', path: string) =>
    request(server)[method](`/api/tenants${path}`);
  async function follow(location: string): Promise<Proof> {
    for (let i = 0; i < 500; i++) {
      const { body } = await request(server).get(location);
      if (body.state === 'done') {
        return body;
      }
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    throw new Error(`The proof at ${location} did not end`);
  }
  async function prove(name: string): Promise<Proof> {
    const started = await api('post', `/tenants/${name}/proofs`);
    expect(started.status).toBe(202);
    return follow(started.headers.location);
  }
  return {
    api,
    prove,
    follow,
    server,
    source,
    prover,
    permissions,
    publish,
    send,
    detect,
    auditor,
    success,
    fail,
    inspector,
    probe,
    summaries,
  };
}

function replace<T>(service: ServiceRef<T, 'plugin'>, instance: T) {
  return createServiceFactory({ service, deps: {}, factory: () => instance });
}
