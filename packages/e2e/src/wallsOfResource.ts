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
    checks: ['res.as-planned', 'res.quota-memory'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'ResourceQuota', 'tenant-quota', {
        spec: { hard: { 'limits.memory': '64Gi', 'requests.memory': '64Gi' } },
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
];
