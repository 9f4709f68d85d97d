import {
  PlatformInfo,
  PreviewResource,
  TenantPreview,
  TenantsHealth,
  TenantUsage,
} from '@threewalls/backstage-plugin-tenants-common';
import { minutesAgo, namesOf } from './tenants';

/** As large as so many of the smallest. */
const size = (name: string, title: string, times: number) => ({
  name,
  title,
  cpu: { requests: `${times}`, limits: `${2 * times}` },
  memory: { requests: `${times}Gi`, limits: `${2 * times}Gi` },
  pods: 10 * times,
  storage: `${5 * times}Gi`,
});

/** A portal with one cluster. */
export const platform: PlatformInfo = {
  clusters: [
    {
      name: 'lab',
      title: 'Lab',
      sizes: [
        size('small', 'Small', 1),
        size('medium', 'Medium', 2),
        size('large', 'Large', 4),
      ],
      networkProvider: 'cilium',
    },
  ],
  namespacePrefix: 'web-tenant-',
};

const quota = (
  name: string,
  resource: string,
  [used, hard, ratio]: [string, string, number],
) => ({ quota: name, resource, used, hard, ratio });

/** A tenant that uses nearly all of its memory. */
export const usage: TenantUsage = {
  quotas: [
    quota('tenant-quota', 'requests.cpu', ['200m', '1', 0.2]),
    quota('tenant-quota', 'limits.cpu', ['1', '2', 0.5]),
    quota('tenant-quota', 'requests.memory', ['512Mi', '1Gi', 0.5]),
    quota('tenant-quota', 'limits.memory', ['1920Mi', '2Gi', 0.9375]),
    quota('tenant-quota', 'pods', ['1', '10', 0.1]),
    quota('tenant-objects', 'persistentvolumeclaims', ['1', '2', 0.5]),
    quota('tenant-objects', 'requests.storage', ['5Gi', '5Gi', 1]),
    quota('tenant-objects', 'services.loadbalancers', ['0', '0', 0]),
    quota('tenant-objects', 'services.nodeports', ['0', '0', 0]),
    quota('tenant-probe-quota', 'pods', ['0', '1', 0]),
    quota('tenant-probe-quota', 'limits.memory', ['0', '256Mi', 0]),
  ],
  n8n: {
    image: 'docker.n8n.io/n8nio/n8n:2.41.1',
    version: '2.41.1',
    ready: true,
  },
};

const OBJECTS: [stage: string, id: string][] = [
  ['namespace', 'Namespace'],
  ['namespace', 'RoleBinding threewalls-portal'],
  ['namespace', 'RoleBinding threewalls-owner'],
  ['walls', 'NetworkPolicy tenant-isolation'],
  ['walls', 'CiliumNetworkPolicy tenant-egress'],
  ['walls', 'ResourceQuota tenant-quota'],
  ['walls', 'ResourceQuota tenant-objects'],
  ['walls', 'ResourceQuota tenant-probe-quota'],
  ['walls', 'LimitRange tenant-limits'],
  ['walls', 'Vault policy tenant'],
  ['walls', 'Vault role tenant'],
  ['identity', 'ServiceAccount n8n'],
  ['identity', 'ServiceAccount vault-login'],
  ['identity', 'Vault data'],
  ['store', 'SecretStore vault'],
  ['secret', 'ExternalSecret n8n'],
  ['workload', 'PersistentVolumeClaim n8n-data'],
  ['workload', 'Deployment n8n'],
  ['workload', 'Service n8n'],
];

/** What an apply would do for a tenant that there is not yet. */
export function previewOfNew(name: string): TenantPreview {
  return {
    namespace: `web-tenant-${name}`,
    cluster: 'lab',
    exists: false,
    present: false,
    names: namesOf(name),
    resources: OBJECTS.map(([stage, id]) => ({
      stage,
      id,
      change: 'create',
      fields: [],
    })),
  };
}

/** What becomes of some of the objects of a tenant that becomes larger. */
const CHANGES: Record<string, Partial<PreviewResource>> = {
  'NetworkPolicy tenant-isolation': { change: 'create' },
  'ResourceQuota tenant-quota': {
    change: 'update',
    fields: [
      { field: 'spec.hard.pods', live: '10', planned: '20' },
      { field: 'spec.hard.["limits.cpu"]', live: '2', planned: '4' },
    ],
  },
};

/** What an apply would do for a tenant that becomes larger. */
export function previewOfResize(name: string): TenantPreview {
  const preview = previewOfNew(name);
  return {
    ...preview,
    exists: true,
    present: true,
    resources: preview.resources.map(resource => ({
      ...resource,
      change: 'none',
      ...CHANGES[resource.id],
    })),
  };
}

/** A backend that does not reach one of its clusters. */
export const degraded: TenantsHealth = {
  status: 'degraded',
  problems: [
    {
      part: 'cluster lab',
      message: 'connect ECONNREFUSED 127.0.0.1:6443',
      since: minutesAgo(4),
    },
  ],
  warnings: [],
};
