import { createTranslationRef } from '@backstage/frontend-plugin-api';

/**
 * What each check is called, in three strings: `title` where it came out as
 * expected, `wrong` where it did not, and `why` it matters. A message's key is the
 * check's id and one of these, such as `net.canary-egress.wrong`.
 *
 * Apart from {@link tenantsTranslationRef}, because it loads with the receipts
 * and not with the app.
 *
 * @public
 */
export const checksTranslationRef = createTranslationRef({
  id: 'tenants.checks',
  messages: {
    'net.own-service.title': 'Reaches its own Service',
    'net.own-service.wrong': "Can't reach its own Service",
    'net.own-service.why': 'Without a network, every attack is blocked',
    'net.dns.title': 'Resolves the names of others',
    'net.dns.wrong': "Can't resolve the names of others",
    'net.dns.why': "A name that doesn't resolve is never dialled",
    'net.vault.title': 'Reaches Vault',
    'net.vault.wrong': "Can't reach Vault",
    'net.vault.why': "The tenant's own secrets come from Vault",
    'net.egress-allowed.title': 'Reaches each allowed destination',
    'net.egress-allowed.wrong': "Can't reach an allowed destination",
    'net.egress-allowed.why':
      'A wall that blocks what was ordered gets taken down',
    'net.own-node.title': 'Was tried from the node that n8n runs on',
    'net.own-node.wrong': 'Was not tried from the node that n8n runs on',
    'net.own-node.why': 'Each node enforces the policies of its own pods',
    'net.dns-names.title': "Can't resolve a name that isn't allowed",
    'net.dns-names.wrong': "Resolved a name that isn't allowed",
    'net.dns-names.why': 'A lookup can carry data out',
    'net.canary-egress.title': "Can't reach the canary",
    'net.canary-egress.wrong': 'Reached the canary',
    'net.canary-egress.why':
      "Only the tenant's own egress policy can block this",
    'net.canary-ingress.title': "Can't be reached from the canary",
    'net.canary-ingress.wrong': 'Was reached from the canary',
    'net.canary-ingress.why':
      "Only the tenant's own ingress policy can block this",
    'net.neighbour-service.title': "Can't reach the neighbour's Service",
    'net.neighbour-service.wrong': "Reached the neighbour's Service",
    'net.neighbour-service.why': 'The name of a Service is no secret',
    'net.neighbour-pod.title': "Can't reach the neighbour's pods",
    'net.neighbour-pod.wrong': 'Reached a pod of the neighbour',
    'net.neighbour-pod.why': 'A pod has an address, without any Service',
    'net.neighbour-ingress.title': "Can't be reached from the neighbour",
    'net.neighbour-ingress.wrong': 'Was reached from the neighbour',
    'net.neighbour-ingress.why': 'The same wall from the other side',
    'net.dns-elsewhere.title': "Can't reach another DNS server",
    'net.dns-elsewhere.wrong': 'Reached another DNS server',
    'net.dns-elsewhere.why': 'DNS to any server is a way out for data',
    'net.metadata.title': "Can't reach the cloud metadata service",
    'net.metadata.wrong': 'Reached the cloud metadata service',
    'net.metadata.why': "It serves the node's own cloud credentials",
    'net.kube-api.title': "Can't reach the Kubernetes API",
    'net.kube-api.wrong': 'Reached the Kubernetes API',
    'net.kube-api.why': 'n8n does not need it, and an attacker in n8n would',
    'net.kubelet.title': "Can't reach the kubelets",
    'net.kubelet.wrong': 'Reached a kubelet',
    'net.kubelet.why': 'A kubelet runs commands in every pod on its node',
    'net.internet.title': "Can't reach the internet",
    'net.internet.wrong': 'Reached the internet',
    'net.internet.why': 'Only allowed destinations may be reached',
    'net.no-widening.title': 'No other policy allows more',
    'net.no-widening.wrong': 'Another policy allows more',
    'net.no-widening.why':
      'Policies are additive: another one can open what these close',
    'net.as-planned.title': 'Its policies and Services are as planned',
    'net.as-planned.wrong': 'Its policies or Services differ from the plan',
    'net.as-planned.why': 'A rule that nobody uses today still opens the wall',
    'net.who-can.title': 'Nobody else can change its policies',
    'net.who-can.wrong': 'Others can change its policies',
    'net.who-can.why': 'A policy that its tenant can change is no wall',
    'sec.login.title': 'Logs in to Vault',
    'sec.login.wrong': "Can't log in to Vault",
    'sec.login.why': 'Without a login, everything is refused',
    'sec.token-policies.title': 'Its token has its own policy only',
    'sec.token-policies.wrong': 'Its token has more than its own policy',
    'sec.token-policies.why': 'Each further policy opens further paths',
    'sec.own-path.title': 'Reads its own secrets',
    'sec.own-path.wrong': "Can't read its own secrets",
    'sec.own-path.why': 'With a bad token, every attack would be refused',
    'sec.canary-data.title': "Can't read the canary's secrets",
    'sec.canary-data.wrong': "Vault allowed a read of the canary's secrets",
    'sec.canary-data.why': "They exist: the canary's own login reads them",
    'sec.canary-metadata.title':
      "Can't read the metadata of the canary's secrets",
    'sec.canary-metadata.wrong':
      "Vault allowed a read of the canary's metadata",
    'sec.canary-metadata.why': "It exists: the canary's own login reads it",
    'sec.canary-list.title': "Can't list the canary's secrets",
    'sec.canary-list.wrong': "Vault allowed a list of the canary's secrets",
    'sec.canary-list.why': "They exist: the canary's own login lists them",
    'sec.canary-subkeys.title': "Can't read the keys of the canary's secrets",
    'sec.canary-subkeys.wrong': "Vault allowed a read of the canary's keys",
    'sec.canary-subkeys.why': "They exist: the canary's own login reads them",
    'sec.neighbour-data.title': "Can't read the neighbour's secrets",
    'sec.neighbour-data.wrong':
      "Vault allowed a read of the neighbour's secrets",
    'sec.neighbour-data.why': 'This is what the wall is for',
    'sec.list-root.title': "Can't list all tenants' secrets",
    'sec.list-root.wrong': "Vault allowed a list of all tenants' secrets",
    'sec.list-root.why': "The list shows every tenant's name",
    'sec.neighbour-role.title': "Can't log in as another tenant",
    'sec.neighbour-role.wrong': 'Logged in as another tenant',
    'sec.neighbour-role.why':
      'A role that is bound too widely gives its policy to anyone',
    'sec.wrong-audience.title':
      "Can't log in with a token for another audience",
    'sec.wrong-audience.wrong': 'Logged in with a token for another audience',
    'sec.wrong-audience.why':
      'A token that leaks from elsewhere must not open Vault',
    'sec.prefix-twin.title': 'Has no rights on names that begin like its own',
    'sec.prefix-twin.wrong': 'Has rights on a name that begins like its own',
    'sec.prefix-twin.why':
      'A wildcard at the end of a path also matches NAME-x and NAMEx',
    'sec.capabilities.title': 'Has no rights on other paths',
    'sec.capabilities.wrong': 'Has rights on another path',
    'sec.capabilities.why': 'Vault says what it would allow',
    'sec.escalate.title': "Can't give itself more rights",
    'sec.escalate.wrong': 'Can give itself more rights',
    'sec.escalate.why': 'Writing a policy, a role or a token gives every right',
    'sec.store-ready.title': 'Its SecretStore is ready',
    'sec.store-ready.wrong': "Its SecretStore isn't ready",
    'sec.store-ready.why':
      'External Secrets must be able to log in as the tenant',
    'sec.eso-neighbour.title':
      "External Secrets can't fetch others' secrets for it",
    'sec.eso-neighbour.wrong':
      "External Secrets could fetch the canary's secrets for it",
    'sec.eso-neighbour.why':
      'The operator reads for everyone: only the store limits it',
    'sec.k8s-secrets.title': "Can't read Secrets in other namespaces",
    'sec.k8s-secrets.wrong': 'Can read Secrets in another namespace',
    'sec.k8s-secrets.why':
      'What Vault keeps apart ends up in Kubernetes Secrets',
    'sec.as-planned.title':
      'Its Vault policy, role, accounts and stores are as planned',
    'sec.as-planned.wrong':
      'Its Vault policy, role, accounts or stores differ from the plan',
    'sec.as-planned.why': 'A right that nobody uses today is still a right',
    'sec.other-roles.title': 'No other Vault role accepts its ServiceAccounts',
    'sec.other-roles.wrong': 'Another Vault role accepts its ServiceAccounts',
    'sec.other-roles.why':
      'A role that accepts everybody gives everybody its policies',
    'sec.other-mounts.title':
      'No other Vault auth method accepts its ServiceAccounts',
    'sec.other-mounts.wrong':
      'Another Vault auth method accepts its ServiceAccounts',
    'sec.other-mounts.why': 'Another method may trust the same tokens',
    'sec.other-policies.title': 'No other Vault policy reaches its entry',
    'sec.other-policies.wrong': 'Another Vault policy reaches its entry',
    'sec.other-policies.why': 'Who has the policy needs no pod',
    'sec.no-other-store.title': 'It has no other stores or ExternalSecrets',
    'sec.no-other-store.wrong': 'It has another store or ExternalSecret',
    'sec.no-other-store.why':
      'A store without a ServiceAccount logs in as External Secrets itself',
    'sec.who-can.title': 'Nobody else can read its Secrets or run as it',
    'sec.who-can.wrong': 'Others can read its Secrets or run as it',
    'sec.who-can.why':
      'A store, a pod or a token made there reads what the tenant reads',
    'sec.access-review.title':
      'The API server agrees with its roles and bindings',
    'sec.access-review.wrong':
      'The API server disagrees with its roles and bindings',
    'sec.access-review.why':
      'Another authorizer may allow what roles and bindings do not',
    'res.legal-pod.title': 'A pod within the limits is accepted',
    'res.legal-pod.wrong': 'A pod within the limits is refused',
    'res.legal-pod.why':
      'A namespace where nothing may run would pass every attack',
    'res.defaults.title': 'A container without limits gets the defaults',
    'res.defaults.wrong': 'A container without limits gets no defaults',
    'res.defaults.why': 'A container without limits takes whatever it can get',
    'res.container-max.title': "A container can't exceed the maximum",
    'res.container-max.wrong': 'A container can exceed the maximum',
    'res.container-max.why': "One container must not take the node's memory",
    'res.init-container-max.title':
      "An init container can't exceed the maximum",
    'res.init-container-max.wrong': 'An init container can exceed the maximum',
    'res.init-container-max.why': 'Init containers run on the same node',
    'res.pod-level.title': "A pod can't exceed the maximum",
    'res.pod-level.wrong': 'A pod can exceed the maximum',
    'res.pod-level.why':
      "A maximum per container doesn't see pod-level resources",
    'res.quota-memory.title': "Pods can't exceed the memory quota",
    'res.quota-memory.wrong': 'Pods can exceed the memory quota',
    'res.quota-memory.why': 'Many small containers take as much as a big one',
    'res.quota-cpu.title': "Pods can't exceed the CPU quota",
    'res.quota-cpu.wrong': 'Pods can exceed the CPU quota',
    'res.quota-cpu.why': 'Many small containers take as much as a big one',
    'res.quota-objects.title':
      "Can't have load balancers, node ports or more storage",
    'res.quota-objects.wrong':
      'Can have load balancers, node ports or more storage',
    'res.quota-objects.why':
      'Each of them is a way in, or a cost, that nobody planned',
    'res.privileged.title': "Can't run a privileged container",
    'res.privileged.wrong': 'Can run a privileged container',
    'res.privileged.why': 'A privileged container is root on the node',
    'res.host-namespaces.title': "Can't share the node's namespaces",
    'res.host-namespaces.wrong': "Can share the node's namespaces",
    'res.host-namespaces.why':
      "A pod on the node's network has no network wall",
    'res.host-path.title': "Can't mount the node's files",
    'res.host-path.wrong': "Can mount the node's files",
    'res.host-path.why': "The node's disk holds every tenant's data and tokens",
    'res.runtime-class.title': 'Runs in the declared sandbox',
    'res.runtime-class.wrong': "Doesn't run in the declared sandbox",
    'res.runtime-class.why': 'An unused sandbox protects nobody',
    'res.hold.title': 'Admission refuses changes',
    'res.hold.wrong': "Admission doesn't refuse changes",
    'res.hold.why': 'A change that is only seen was made',
    'res.placement.title': 'Runs on the declared nodes',
    'res.placement.wrong': "Doesn't run on the declared nodes",
    'res.placement.why': 'Side channels are apart only on dedicated nodes',
    'res.as-planned.title':
      'Its quotas, limits, PodSecurity and n8n are as planned',
    'res.as-planned.wrong':
      'Its quotas, limits, PodSecurity or n8n differ from the plan',
    'res.as-planned.why': 'A raised quota still refuses what is far above it',
    'res.who-can.title': 'Nobody else can change its quotas, limits or n8n',
    'res.who-can.wrong': 'Others can change its quotas, limits or n8n',
    'res.who-can.why': 'A wall that its tenant can move is none',
    'res.workload.title': 'What runs is what was planned',
    'res.workload.wrong': 'Something else runs than what was planned',
    'res.workload.why': 'What n8n runs as counts as much as what it may run as',
    'res.pods-restricted.title': 'Its pods meet PodSecurity restricted',
    'res.pods-restricted.wrong':
      'A pod runs that PodSecurity restricted would refuse',
    'res.pods-restricted.why':
      'A pod may be older than the rule that would refuse it',
    'res.quota-used.title':
      'It uses no more than its quotas, and they are enforced',
    'res.quota-used.wrong':
      'It uses more than its quotas, or they are not enforced',
    'res.quota-used.why':
      'A quota keeps what was there before, and enforces what its status says',
  },
});
