import { AGNHOST } from './wallsLab';
import { Mutation } from './wallsMutation';

/** Ways to break the resource wall: each must be seen, and the wall hold once mended. */
export const RESOURCE_MUTATIONS: Mutation[] = [
  {
    title: 'The tenant has used its quota up: no mutation, and still provable',
    wall: 'resource',
    status: 'holds',
    checks: ['res.legal-pod', 'res.quota-memory'],
    apply: ({ a, useUpQuota }) => useUpQuota(a),
  },
  {
    title: 'The quota is deleted',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.as-planned'],
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-quota'),
  },
  {
    title: 'The quota is raised to what the checks ask for at most',
    wall: 'resource',
    status: 'breached',
    checks: ['res.as-planned', 'res.quota-memory', 'res.quota-cpu'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'ResourceQuota', 'tenant-quota', {
        spec: {
          hard: {
            'limits.memory': '64Gi',
            'requests.memory': '64Gi',
            'limits.cpu': '64',
            'requests.cpu': '64',
          },
        },
      }),
  },
  {
    title: 'The quota of objects is deleted',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-objects', 'res.as-planned'],
    full: true,
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-objects'),
  },
  {
    title: 'The LimitRange is deleted, and the quota with it',
    wall: 'resource',
    status: 'breached',
    checks: [
      'res.container-max',
      'res.init-container-max',
      'res.pod-level',
      'res.as-planned',
    ],
    apply: async ({ a, remove }) => {
      await remove(a, 'LimitRange', 'tenant-limits');
      await remove(a, 'ResourceQuota', 'tenant-quota');
    },
  },
  {
    title: 'The LimitRange is raised',
    wall: 'resource',
    status: 'breached',
    checks: ['res.as-planned'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'LimitRange', 'tenant-limits', {
        spec: { limits: [{ type: 'Container', max: { memory: '32Gi' } }] },
      }),
  },
  {
    title: "The namespace's PodSecurity label is gone",
    wall: 'resource',
    status: 'breached',
    checks: ['res.privileged', 'res.host-namespaces', 'res.host-path'],
    apply: ({ a, label }) =>
      label(a, { 'pod-security.kubernetes.io/enforce': null }),
  },
  ...['baseline', 'privileged'].map(
    (level): Mutation => ({
      title: `PodSecurity is lowered to ${level}`,
      wall: 'resource',
      status: 'breached',
      checks: ['res.as-planned'],
      says: new RegExp(`enforce is "${level}"`),
      neighbourHolds: true,
      full: true,
      apply: ({ a, change }) =>
        change(`/api/v1/namespaces/${a.names.namespace}`, {
          metadata: {
            labels: { 'pod-security.kubernetes.io/enforce': level },
          },
        }),
    }),
  ),
  {
    title: 'PodSecurity is pinned to an old version',
    wall: 'resource',
    status: 'breached',
    checks: ['res.as-planned'],
    says: /enforce-version/,
    neighbourHolds: true,
    full: true,
    apply: ({ a, change }) =>
      change(`/api/v1/namespaces/${a.names.namespace}`, {
        metadata: {
          labels: { 'pod-security.kubernetes.io/enforce-version': 'v1.24' },
        },
      }),
  },
  {
    title: 'One node port is allowed',
    wall: 'resource',
    status: 'breached',
    checks: ['res.as-planned'],
    neighbourHolds: true,
    full: true,
    apply: ({ a, change }) =>
      change(
        `/api/v1/namespaces/${a.names.namespace}/resourcequotas/tenant-objects`,
        { spec: { hard: { 'services.nodeports': '1' } } },
      ),
  },
  {
    title: "Somebody's container debugs n8n's pod",
    wall: 'resource',
    status: 'breached',
    checks: ['res.workload'],
    says: /ephemeralContainers/,
    neighbourHolds: true,
    full: true,
    apply: ({ a, debug }) => debug(a),
  },
  {
    title: "n8n's pod has another label, by which others know it",
    wall: 'resource',
    status: 'breached',
    checks: ['res.workload'],
    says: /metadata\.labels\.role is "friend"/,
    neighbourHolds: true,
    full: true,
    apply: async ({ a, change, podsOf }) => {
      const [pod] = await podsOf(a);
      await change(
        `/api/v1/namespaces/${a.names.namespace}/pods/${pod.metadata.name}`,
        { metadata: { labels: { role: 'friend' } } },
      );
    },
  },
  {
    title: 'n8n runs as another ServiceAccount',
    wall: 'resource',
    status: 'breached',
    also: ['network'],
    checks: ['res.as-planned', 'res.workload'],
    says: /serviceAccountName/,
    neighbourHolds: true,
    full: true,
    apply: async ({ a, change, ready }) => {
      const { namespace } = a.names;
      await change(`/apis/apps/v1/namespaces/${namespace}/deployments/n8n`, {
        spec: { template: { spec: { serviceAccountName: 'default' } } },
      });
      await ready(a);
    },
  },
  {
    title: 'A pod is left from a time without PodSecurity',
    wall: 'resource',
    status: 'breached',
    checks: ['res.pods-restricted'],
    says: /^walls-test: hostNetwork/,
    neighbourHolds: true,
    full: true,
    apply: async ({ a, create, lab, label, waitFor }) => {
      const enforce = 'pod-security.kubernetes.io/enforce';
      const { namespace } = a.names;
      const spec = {
        hostNetwork: true,
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: AGNHOST, args: ['pause'] }],
      };
      await label(a, { [enforce]: 'privileged' });
      await waitFor(async () => {
        const metadata = { namespace, name: 'walls-test' };
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
        return (await lab.admin.create(pod, { dryRun: true })).status < 300;
      }, 'the API server to know the label');
      await create(a, 'v1', 'Pod', 'walls-test', { spec });
      await label(a, { [enforce]: 'restricted' });
    },
  },
  {
    title: 'More is used than the quota gives: it came before it',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-used'],
    says: /^limits\.memory: .* of 2Gi used/,
    neighbourHolds: true,
    full: true,
    apply: async ({ a, remove, useUpQuota, restore, waitFor, lab }) => {
      await remove(a, 'ResourceQuota', 'tenant-quota');
      await useUpQuota(a, '1Gi', '1Gi');
      await restore(a, 'ResourceQuota tenant-quota');
      await waitFor(async () => {
        const { status } = await lab.admin.expect({
          method: 'GET',
          path: `/api/v1/namespaces/${a.names.namespace}/resourcequotas/tenant-quota`,
        });
        return (status?.used?.['limits.memory'] ?? '0') !== '0';
      }, 'the quota to be counted');
    },
  },
];
