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
    net: {
      'own-service': {
        title: 'Reaches its own Service',
        wrong: "Can't reach its own Service",
        why: 'Without a network, every attack is blocked',
      },
      dns: {
        title: 'Resolves the names of others',
        wrong: "Can't resolve the names of others",
        why: "A name that doesn't resolve is never dialled",
      },
      vault: {
        title: 'Reaches Vault',
        wrong: "Can't reach Vault",
        why: "The tenant's own secrets come from Vault",
      },
      'egress-allowed': {
        title: 'Reaches each allowed destination',
        wrong: "Can't reach an allowed destination",
        why: 'A wall that blocks what was ordered gets taken down',
      },
      'own-node': {
        title: 'Was tried from the node that n8n runs on',
        wrong: 'Was not tried from the node that n8n runs on',
        why: 'Each node enforces the policies of its own pods',
      },
      'dns-names': {
        title: "Can't resolve a name that isn't allowed",
        wrong: "Resolved a name that isn't allowed",
        why: 'A lookup can carry data out',
      },
      'canary-egress': {
        title: "Can't reach the canary",
        wrong: 'Reached the canary',
        why: "Only the tenant's own egress policy can block this",
      },
      'canary-ingress': {
        title: "Can't be reached from the canary",
        wrong: 'Was reached from the canary',
        why: "Only the tenant's own ingress policy can block this",
      },
      'neighbour-service': {
        title: "Can't reach the neighbour's Service",
        wrong: "Reached the neighbour's Service",
        why: 'The name of a Service is no secret',
      },
      'neighbour-pod': {
        title: "Can't reach the neighbour's pods",
        wrong: 'Reached a pod of the neighbour',
        why: 'A pod has an address, without any Service',
      },
      'neighbour-ingress': {
        title: "Can't be reached from the neighbour",
        wrong: 'Was reached from the neighbour',
        why: 'The same wall from the other side',
      },
      'dns-elsewhere': {
        title: "Can't reach another DNS server",
        wrong: 'Reached another DNS server',
        why: 'DNS to any server is a way out for data',
      },
      metadata: {
        title: "Can't reach the cloud metadata service",
        wrong: 'Reached the cloud metadata service',
        why: "It serves the node's own cloud credentials",
      },
      'kube-api': {
        title: "Can't reach the Kubernetes API",
        wrong: 'Reached the Kubernetes API',
        why: 'n8n does not need it, and an attacker in n8n would',
      },
      kubelet: {
        title: "Can't reach the kubelets",
        wrong: 'Reached a kubelet',
        why: 'A kubelet runs commands in every pod on its node',
      },
      internet: {
        title: "Can't reach the internet",
        wrong: 'Reached the internet',
        why: 'Only allowed destinations may be reached',
      },
      'no-widening': {
        title: 'No other policy allows more',
        wrong: 'Another policy allows more',
        why: 'Policies are additive: another one can open what these close',
      },
      'as-planned': {
        title: 'Its policies and Services are as planned',
        wrong: 'Its policies or Services differ from the plan',
        why: 'A rule that nobody uses today still opens the wall',
      },
      'who-can': {
        title: 'Nobody else can change its policies',
        wrong: 'Others can change its policies',
        why: 'A policy that its tenant can change is no wall',
      },
    },
    sec: {
      login: {
        title: 'Logs in to Vault',
        wrong: "Can't log in to Vault",
        why: 'Without a login, everything is refused',
      },
      'token-policies': {
        title: 'Its token has its own policy only',
        wrong: 'Its token has more than its own policy',
        why: 'Each further policy opens further paths',
      },
      'own-path': {
        title: 'Reads its own secrets',
        wrong: "Can't read its own secrets",
        why: 'With a bad token, every attack would be refused',
      },
      'canary-data': {
        title: "Can't read the canary's secrets",
        wrong: "Vault allowed a read of the canary's secrets",
        why: "They exist: the canary's own login reads them",
      },
      'canary-metadata': {
        title: "Can't read the metadata of the canary's secrets",
        wrong: "Vault allowed a read of the canary's metadata",
        why: "It exists: the canary's own login reads it",
      },
      'canary-list': {
        title: "Can't list the canary's secrets",
        wrong: "Vault allowed a list of the canary's secrets",
        why: "They exist: the canary's own login lists them",
      },
      'canary-subkeys': {
        title: "Can't read the keys of the canary's secrets",
        wrong: "Vault allowed a read of the canary's keys",
        why: "They exist: the canary's own login reads them",
      },
      'neighbour-data': {
        title: "Can't read the neighbour's secrets",
        wrong: "Vault allowed a read of the neighbour's secrets",
        why: 'This is what the wall is for',
      },
      'list-root': {
        title: "Can't list all tenants' secrets",
        wrong: "Vault allowed a list of all tenants' secrets",
        why: "The list shows every tenant's name",
      },
      'neighbour-role': {
        title: "Can't log in as another tenant",
        wrong: 'Logged in as another tenant',
        why: 'A role that is bound too widely gives its policy to anyone',
      },
      'wrong-audience': {
        title: "Can't log in with a token for another audience",
        wrong: 'Logged in with a token for another audience',
        why: 'A token that leaks from elsewhere must not open Vault',
      },
      'prefix-twin': {
        title: 'Has no rights on names that begin like its own',
        wrong: 'Has rights on a name that begins like its own',
        why: 'A wildcard at the end of a path also matches NAME-x and NAMEx',
      },
      capabilities: {
        title: 'Has no rights on other paths',
        wrong: 'Has rights on another path',
        why: 'Vault says what it would allow',
      },
      escalate: {
        title: "Can't give itself more rights",
        wrong: 'Can give itself more rights',
        why: 'Writing a policy, a role or a token gives every right',
      },
      'store-ready': {
        title: 'Its SecretStore is ready',
        wrong: "Its SecretStore isn't ready",
        why: 'External Secrets must be able to log in as the tenant',
      },
      'eso-neighbour': {
        title: "External Secrets can't fetch others' secrets for it",
        wrong: "External Secrets could fetch the canary's secrets for it",
        why: 'The operator reads for everyone: only the store limits it',
      },
      'k8s-secrets': {
        title: "Can't read Secrets in other namespaces",
        wrong: 'Can read Secrets in another namespace',
        why: 'What Vault keeps apart ends up in Kubernetes Secrets',
      },
      'as-planned': {
        title: 'Its Vault policy, role, accounts and stores are as planned',
        wrong:
          'Its Vault policy, role, accounts or stores differ from the plan',
        why: 'A right that nobody uses today is still a right',
      },
      'other-roles': {
        title: 'No other Vault role accepts its ServiceAccounts',
        wrong: 'Another Vault role accepts its ServiceAccounts',
        why: 'A role that accepts everybody gives everybody its policies',
      },
      'other-mounts': {
        title: 'No other Vault auth method accepts its ServiceAccounts',
        wrong: 'Another Vault auth method accepts its ServiceAccounts',
        why: 'Another method may trust the same tokens',
      },
      'other-policies': {
        title: 'No other Vault policy reaches its entry',
        wrong: 'Another Vault policy reaches its entry',
        why: 'Who has the policy needs no pod',
      },
      'no-other-store': {
        title: 'It has no other stores or ExternalSecrets',
        wrong: 'It has another store or ExternalSecret',
        why: 'A store without a ServiceAccount logs in as External Secrets itself',
      },
      'who-can': {
        title: 'Nobody else can read its Secrets or run as it',
        wrong: 'Others can read its Secrets or run as it',
        why: 'A store, a pod or a token made there reads what the tenant reads',
      },
      'access-review': {
        title: 'The API server agrees with its roles and bindings',
        wrong: 'The API server disagrees with its roles and bindings',
        why: 'Another authorizer may allow what roles and bindings do not',
      },
    },
    res: {
      'legal-pod': {
        title: 'A pod within the limits is accepted',
        wrong: 'A pod within the limits is refused',
        why: 'A namespace where nothing may run would pass every attack',
      },
      defaults: {
        title: 'A container without limits gets the defaults',
        wrong: 'A container without limits gets no defaults',
        why: 'A container without limits takes whatever it can get',
      },
      'container-max': {
        title: "A container can't exceed the maximum",
        wrong: 'A container can exceed the maximum',
        why: "One container must not take the node's memory",
      },
      'init-container-max': {
        title: "An init container can't exceed the maximum",
        wrong: 'An init container can exceed the maximum',
        why: 'Init containers run on the same node',
      },
      'pod-level': {
        title: "A pod can't exceed the maximum",
        wrong: 'A pod can exceed the maximum',
        why: "A maximum per container doesn't see pod-level resources",
      },
      'quota-memory': {
        title: "Pods can't exceed the memory quota",
        wrong: 'Pods can exceed the memory quota',
        why: 'Many small containers take as much as a big one',
      },
      'quota-cpu': {
        title: "Pods can't exceed the CPU quota",
        wrong: 'Pods can exceed the CPU quota',
        why: 'Many small containers take as much as a big one',
      },
      'quota-objects': {
        title: "Can't have load balancers, node ports or more storage",
        wrong: 'Can have load balancers, node ports or more storage',
        why: 'Each of them is a way in, or a cost, that nobody planned',
      },
      privileged: {
        title: "Can't run a privileged container",
        wrong: 'Can run a privileged container',
        why: 'A privileged container is root on the node',
      },
      'host-namespaces': {
        title: "Can't share the node's namespaces",
        wrong: "Can share the node's namespaces",
        why: "A pod on the node's network has no network wall",
      },
      'host-path': {
        title: "Can't mount the node's files",
        wrong: "Can mount the node's files",
        why: "The node's disk holds every tenant's data and tokens",
      },
      'runtime-class': {
        title: 'Runs in the declared sandbox',
        wrong: "Doesn't run in the declared sandbox",
        why: 'An unused sandbox protects nobody',
      },
      hold: {
        title: 'Admission refuses changes',
        wrong: "Admission doesn't refuse changes",
        why: 'A change that is only seen was made',
      },
      placement: {
        title: 'Runs on the declared nodes',
        wrong: "Doesn't run on the declared nodes",
        why: 'Side channels are apart only on dedicated nodes',
      },
      'as-planned': {
        title: 'Its quotas, limits, PodSecurity and n8n are as planned',
        wrong: 'Its quotas, limits, PodSecurity or n8n differ from the plan',
        why: 'A raised quota still refuses what is far above it',
      },
      'who-can': {
        title: 'Nobody else can change its quotas, limits or n8n',
        wrong: 'Others can change its quotas, limits or n8n',
        why: 'A wall that its tenant can move is none',
      },
      workload: {
        title: 'What runs is what was planned',
        wrong: 'Something else runs than what was planned',
        why: 'What n8n runs as counts as much as what it may run as',
      },
      'pods-restricted': {
        title: 'Its pods meet PodSecurity restricted',
        wrong: 'A pod runs that PodSecurity restricted would refuse',
        why: 'A pod may be older than the rule that would refuse it',
      },
      'quota-used': {
        title: 'It uses no more than its quotas',
        wrong: 'It uses more than its quotas',
        why: 'A quota refuses what comes, and keeps what was there before',
      },
    },
  },
});
