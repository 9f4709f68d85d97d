import { objectPath } from '@threewalls/backstage-plugin-tenants-node';
import { refOf } from './support/lab';
import { rowsOf } from './wallsMutation';

/** What a proof stands on is taken away: never green, and never breached. */
export const SABOTAGES = rowsOf('network', 'unproven', [
  {
    title: "The tenant's own Service has no pod",
    checks: ['net.own-service', 'net.canary-ingress'],
    neighbourHolds: true,
    inCi: true,
    apply: ({ a, scale }) => scale(a.names.namespace, 'n8n', 0),
  },
  {
    title: 'The proof pod is killed while it works',
    also: ['secret'],
    checks: ['net.canary-egress', 'net.internet'],
    neighbourHolds: true,
    inCi: true,
    apply: async ({ a, killProofPod }) => killProofPod(a.names.namespace),
  },
  {
    title: "The image of the proof pod can't be pulled",
    also: ['secret'],
    checks: ['net.own-service', 'sec.login'],
    inCi: true,
    apply: async ({ tell }) =>
      tell('proofs', { image: 'threewalls.invalid/no-such:1' }),
  },
  {
    title:
      "The proof pod's token is of another audience than the role asks for",
    wall: 'secret',
    checks: ['sec.login', 'sec.own-path'],
    neighbourHolds: true,
    inCi: true,
    apply: ({ a, planRole }) => planRole(a, { audience: 'somebody-else' }),
  },
  {
    title: "The tenant's KV entry is gone",
    wall: 'secret',
    checks: ['sec.own-path'],
    apply: ({ a, hideEntry }) => hideEntry(a),
  },
  {
    title: 'The canary is gone',
    checks: ['net.canary-egress', 'net.canary-ingress'],
    shared: true,
    inCi: true,
    apply: ({ lab, scale }) =>
      scale(`${lab.platform.naming.namespacePrefix}canary`, 'canary', 0),
  },
  {
    title: 'The cluster has no DNS',
    also: ['secret'],
    checks: ['net.dns', 'net.own-service'],
    shared: true,
    apply: ({ scale }) => scale('kube-system', 'coredns', 0),
  },
  {
    title: 'External Secrets is stopped',
    wall: 'secret',
    checks: ['sec.eso-neighbour'],
    shared: true,
    apply: ({ scale }) => scale('external-secrets', 'external-secrets', 0),
  },
  {
    title: 'Vault is sealed',
    wall: 'secret',
    checks: ['sec.login', 'sec.own-path', 'sec.as-planned'],
    shared: true,
    apply: ({ sealVault }) => sealVault(),
  },
  {
    title: "Vault can't be reached",
    wall: 'secret',
    also: ['network'],
    checks: ['sec.login', 'net.vault'],
    shared: true,
    apply: ({ hideVault }) => hideVault(),
  },
  {
    title: 'A denial is said to be a reject, and this network drops',
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.neighbour-pod'],
    apply: async ({ tell }) => tell('network', { denial: 'reject' }),
  },
  {
    title: "The node's agent (Cilium) is stopped, and started again",
    also: ['secret'],
    checks: ['net.own-service', 'net.canary-egress', 'sec.login'],
    says: /FailedCreatePodSandBox|network agent running/,
    shared: true,
    apply: async ({ stopPart, tell }) => {
      tell('proofs', { deadlineMs: 20_000 });
      await stopPart('cilium-agent');
    },
  },
  {
    title: 'The API server is killed in the middle of a proof, and comes back',
    wall: 'resource',
    also: ['network', 'secret'],
    checks: ['res.privileged'],
    says: /can't be reached/,
    shared: true,
    // Its pods are made, and the portal's own attempts begin.
    apply: ({ killApiServerAfter }) => killApiServerAfter(8),
  },
  {
    title: "Vault's reviewer of tokens is broken: nobody logs in",
    wall: 'secret',
    // By the name of its account Vault refuses the neighbour's role before it asks the reviewer.
    checks: ['sec.login', 'sec.own-path'],
    shared: true,
    apply: async ({ lab, change }) => {
      const kind = 'ClusterRoleBinding';
      const { items } = await lab.admin.list<any>(refOf(kind));
      const binding = items.find(
        item => item.roleRef.name === 'system:auth-delegator',
      );
      const path = objectPath(refOf(kind, binding.metadata.name));
      await change(path, { subjects: [] });
    },
  },
]);
