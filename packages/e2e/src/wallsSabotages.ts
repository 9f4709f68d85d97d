import { Mutation } from './wallsMutation';

/** What a proof stands on is taken away: never green, and never breached. */
export const SABOTAGES: Mutation[] = [
  {
    title: "The tenant's own Service has no pod",
    wall: 'network',
    status: 'unproven',
    checks: ['net.own-service', 'net.canary-ingress'],
    neighbourHolds: true,
    apply: ({ a, scale }) => scale(a.names.namespace, 'n8n', 0),
  },
  {
    title: 'The proof pod is killed while it works',
    wall: 'network',
    status: 'unproven',
    also: ['secret'],
    checks: ['net.canary-egress', 'net.internet'],
    neighbourHolds: true,
    apply: async ({ a, killProofPod }) => killProofPod(a.names.namespace),
  },
  {
    title: "The image of the proof pod can't be pulled",
    wall: 'network',
    status: 'unproven',
    also: ['secret'],
    checks: ['net.own-service', 'sec.login'],
    apply: async ({ withImage }) => withImage('threewalls.invalid/no-such:1'),
  },
  {
    title:
      "The proof pod's token is of another audience than the role asks for",
    wall: 'secret',
    status: 'unproven',
    checks: ['sec.login', 'sec.own-path'],
    neighbourHolds: true,
    apply: ({ a, planRole }) => planRole(a, { audience: 'somebody-else' }),
  },
  {
    title: "The tenant's KV entry is gone",
    wall: 'secret',
    status: 'unproven',
    checks: ['sec.own-path'],
    full: true,
    apply: ({ a, hideEntry }) => hideEntry(a),
  },
  {
    title: 'The canary is gone',
    wall: 'network',
    status: 'unproven',
    checks: ['net.canary-egress', 'net.canary-ingress'],
    shared: true,
    apply: ({ lab, scale }) =>
      scale(`${lab.platform.naming.namespacePrefix}canary`, 'canary', 0),
  },
  {
    title: 'The cluster has no DNS',
    wall: 'network',
    status: 'unproven',
    also: ['secret'],
    checks: ['net.dns', 'net.own-service'],
    shared: true,
    full: true,
    apply: ({ scale }) => scale('kube-system', 'coredns', 0),
  },
  {
    title: 'External Secrets is stopped',
    wall: 'secret',
    status: 'unproven',
    checks: ['sec.eso-neighbour'],
    shared: true,
    full: true,
    apply: ({ scale }) => scale('external-secrets', 'external-secrets', 0),
  },
  {
    title: 'Vault is sealed',
    wall: 'secret',
    status: 'unproven',
    checks: ['sec.login', 'sec.own-path', 'sec.as-planned'],
    shared: true,
    full: true,
    apply: ({ sealVault }) => sealVault(),
  },
  {
    title: "Vault can't be reached",
    wall: 'secret',
    status: 'unproven',
    also: ['network'],
    checks: ['sec.login', 'net.vault'],
    shared: true,
    full: true,
    apply: ({ hideVault }) => hideVault(),
  },
  {
    title: 'A denial is said to be a reject, and this network drops',
    wall: 'network',
    status: 'unproven',
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.neighbour-pod'],
    full: true,
    apply: async ({ withDenial }) => withDenial('reject'),
  },
  {
    title: "The node's agent (Cilium) is stopped, and started again",
    wall: 'network',
    status: 'unproven',
    also: ['secret'],
    checks: ['net.own-service', 'net.canary-egress', 'sec.login'],
    says: /FailedCreatePodSandBox|network agent running/,
    shared: true,
    full: true,
    apply: async ({ stopPart, withDeadline }) => {
      withDeadline(20_000);
      await stopPart('cilium-agent');
    },
  },
  {
    title: 'The API server is killed in the middle of a proof, and comes back',
    wall: 'resource',
    status: 'unproven',
    also: ['network', 'secret'],
    checks: ['res.privileged'],
    says: /can't be reached/,
    shared: true,
    full: true,
    apply: ({ killApiServerAfter }) => killApiServerAfter(60),
  },
  {
    title: "Vault's reviewer of tokens is broken: nobody logs in",
    wall: 'secret',
    status: 'unproven',
    // By the name of its account Vault refuses the neighbour's role before it asks the reviewer.
    checks: ['sec.login', 'sec.own-path'],
    shared: true,
    full: true,
    apply: ({ lab, change }) =>
      lab.admin
        .list<any>({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
        })
        .then(async ({ items }) => {
          const binding = items.find(
            item => item.roleRef.name === 'system:auth-delegator',
          );
          const path = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${binding.metadata.name}`;
          await change(path, { subjects: [] });
        }),
  },
];
