import { IMAGES, objectOf, RESTRICTED } from './support/lab';
import { Mutation, Row, rowsOf } from './wallsMutation';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const PAUSE = { name: 'main', image: IMAGES.agnhost, args: ['pause'] };

/** Makes a pod that PodSecurity would refuse, as it were from before its label. */
function leftOver(spec: object): Mutation['apply'] {
  return async ({ a, create, lab, label, waitFor }) => {
    const { namespace } = a.names;
    const pod = { terminationGracePeriodSeconds: 0, ...spec };
    await label(a, { [ENFORCE]: 'privileged' });
    await waitFor(async () => {
      const metadata = { namespace, name: 'walls-test' };
      const object = objectOf('Pod', metadata, { spec: pod });
      return (await lab.admin.create(object, { dryRun: true })).status < 300;
    }, 'the API server to know the label');
    await create(a, 'Pod', 'walls-test', pod);
    await label(a, { [ENFORCE]: 'restricted' });
  };
}

/** Ways to break the resource wall: each must be seen, and the wall hold once mended. */
export const RESOURCE_MUTATIONS = rowsOf('resource', 'breached', [
  {
    title: 'The tenant has used its quota up: no mutation, and still provable',
    status: 'holds',
    checks: ['res.legal-pod', 'res.quota-memory'],
    inCi: true,
    apply: ({ a, useUpQuota }) => useUpQuota(a),
  },
  {
    title: 'The quota is deleted',
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.as-planned'],
    inCi: true,
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-quota'),
  },
  {
    title: 'The quota is raised to what the checks ask for at most',
    checks: ['res.as-planned', 'res.quota-memory', 'res.quota-cpu'],
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
    checks: ['res.quota-objects', 'res.as-planned'],
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-objects'),
  },
  {
    title: 'The LimitRange is deleted, and the quota with it',
    checks: [
      'res.container-max',
      'res.init-container-max',
      'res.pod-level',
      'res.as-planned',
    ],
    inCi: true,
    apply: async ({ a, remove }) => {
      await remove(a, 'LimitRange', 'tenant-limits');
      await remove(a, 'ResourceQuota', 'tenant-quota');
    },
  },
  {
    title: 'The LimitRange is raised',
    checks: ['res.as-planned'],
    apply: ({ a, patch }) =>
      patch(a, 'LimitRange', 'tenant-limits', {
        spec: { limits: [{ type: 'Container', max: { memory: '32Gi' } }] },
      }),
  },
  {
    title: "The namespace's PodSecurity label is gone",
    checks: ['res.privileged', 'res.host-namespaces', 'res.host-path'],
    inCi: true,
    apply: ({ a, label }) => label(a, { [ENFORCE]: null }),
  },
  ...['baseline', 'privileged'].map(
    (level): Row => ({
      title: `PodSecurity is lowered to ${level}`,
      checks: ['res.as-planned'],
      says: new RegExp(`enforce is "${level}"`),
      neighbourHolds: true,
      apply: ({ a, label }) => label(a, { [ENFORCE]: level }),
    }),
  ),
  {
    title: 'PodSecurity is pinned to an old version',
    checks: ['res.as-planned'],
    says: /enforce-version/,
    neighbourHolds: true,
    apply: ({ a, label }) => label(a, { [`${ENFORCE}-version`]: 'v1.24' }),
  },
  {
    title: 'One node port is allowed',
    checks: ['res.as-planned'],
    neighbourHolds: true,
    apply: ({ a, edit }) =>
      edit(a, 'ResourceQuota', 'tenant-objects', {
        spec: { hard: { 'services.nodeports': '1' } },
      }),
  },
  {
    title: "A debug container runs in n8n's pod",
    checks: ['res.workload'],
    says: /ephemeralContainers/,
    neighbourHolds: true,
    apply: ({ a, debug }) => debug(a),
  },
  {
    title: "n8n's pod has another label, by which others know it",
    checks: ['res.workload'],
    says: /metadata\.labels\.role is "friend"/,
    neighbourHolds: true,
    apply: ({ a, changePod }) => changePod(a, { labels: { role: 'friend' } }),
  },
  {
    title: 'n8n runs as another ServiceAccount',
    also: ['network'],
    checks: ['res.as-planned', 'res.workload'],
    says: /serviceAccountName/,
    neighbourHolds: true,
    apply: async ({ a, edit, ready }) => {
      await edit(a, 'Deployment', 'n8n', {
        spec: { template: { spec: { serviceAccountName: 'default' } } },
      });
      await ready(a);
    },
  },
  {
    title: 'A pod is left from a time without PodSecurity',
    checks: ['res.pods-restricted'],
    says: /^walls-test: hostNetwork/,
    neighbourHolds: true,
    apply: leftOver({ hostNetwork: true, containers: [PAUSE] }),
  },
  {
    title:
      'A pod is older than the rule that it has the kubelet ask nobody else',
    checks: ['res.pods-restricted'],
    says: /^walls-test: container main has the kubelet ask 192\.0\.2\.1/,
    neighbourHolds: true,
    apply: leftOver({
      securityContext: RESTRICTED.pod,
      containers: [
        {
          ...PAUSE,
          securityContext: RESTRICTED.container,
          readinessProbe: { tcpSocket: { host: '192.0.2.1', port: 5678 } },
        },
      ],
    }),
  },
  {
    title: 'More is used than the quota gives: it came before it',
    checks: ['res.quota-used'],
    says: /^limits\.memory: .* of 2Gi used/,
    neighbourHolds: true,
    apply: async ({ a, remove, useUpQuota, restore, quotaUsed }) => {
      await remove(a, 'ResourceQuota', 'tenant-quota');
      await useUpQuota(a, '1Gi', '1Gi');
      await restore(a, 'ResourceQuota tenant-quota');
      const memory = 'limits.memory';
      await quotaUsed(a, 'tenant-quota', used => (used[memory] ?? '0') !== '0');
    },
  },
]);
