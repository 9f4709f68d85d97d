import { objectOf, RBAC } from './support/lab';
import { rowsOf } from './wallsMutation';

const read = (path: string) => `path "${path}" { capabilities = ["read"] }\n`;

/** Of a role in Vault: it takes any name in any namespace. */
const ANYBODY = {
  bound_service_account_names: ['*'],
  bound_service_account_namespaces: ['*'],
};

/** Of External Secrets' kinds, the least that each may be. */
export const SPECS = {
  SecretStore: { provider: { fake: { data: [{ key: 'a', value: 'b' }] } } },
  ExternalSecret: {
    secretStoreRef: { kind: 'SecretStore', name: 'no-such' },
    data: [{ secretKey: 'a', remoteRef: { key: 'a' } }],
  },
  PushSecret: {
    secretStoreRefs: [{ kind: 'SecretStore', name: 'no-such' }],
    selector: { secret: { name: 'n8n' } },
  },
};

/** Ways to break the secret wall: each must be seen, and the wall hold once mended. */
export const SECRET_MUTATIONS = rowsOf('secret', 'breached', [
  {
    title: 'The Vault policy has a wildcard over every tenant',
    checks: [
      'sec.canary-data',
      'sec.neighbour-data',
      'sec.capabilities',
      'sec.eso-neighbour',
      'sec.as-planned',
    ],
    inCi: true,
    apply: ({ a, policy }) => policy(a, read('secret/data/*')),
  },
  {
    title:
      "The Vault policy's path ends in a wildcard, and takes in names that begin alike",
    checks: ['sec.prefix-twin', 'sec.as-planned'],
    inCi: true,
    apply: ({ a, policy }) => policy(a, read(`secret/data/${a.names.kvPath}*`)),
  },
  {
    title: 'The Vault policy may list the mount',
    checks: ['sec.list-root', 'sec.canary-list'],
    apply: ({ a, policy }) =>
      policy(a, 'path "secret/metadata/*" { capabilities = ["list"] }\n'),
  },
  {
    title: 'The Vault policy may write itself',
    checks: ['sec.escalate'],
    apply: ({ a, policy }) =>
      policy(a, 'path "sys/policies/acl/*" { capabilities = ["update"] }\n'),
  },
  {
    title: "The neighbour's role is bound to any name in any namespace",
    checks: ['sec.neighbour-role', 'sec.other-roles'],
    // It takes every tenant's accounts.
    shared: true,
    apply: ({ b, role }) => role(b, ANYBODY),
  },
  {
    title: "The tenant's own role is bound to any name in any namespace",
    checks: ['sec.as-planned'],
    shared: true,
    apply: ({ a, role }) => role(a, ANYBODY),
  },
  {
    title: "The role gives the neighbour's policy on top",
    checks: ['sec.token-policies', 'sec.neighbour-data'],
    apply: ({ a, b, role }) =>
      role(a, { token_policies: [a.names.vaultPolicy, b.names.vaultPolicy] }),
  },
  {
    title: 'The role asks for no audience',
    checks: ['sec.wrong-audience', 'sec.as-planned'],
    inCi: true,
    apply: ({ a, role }) => role(a, { audience: '' }),
  },
  {
    title: 'The SecretStore is hijacked: it logs in as External Secrets itself',
    checks: ['sec.as-planned'],
    inCi: true,
    apply: ({ a, patch }) =>
      patch(a, 'SecretStore', 'vault', {
        spec: {
          provider: {
            vault: { auth: { kubernetes: { serviceAccountRef: null } } },
          },
        },
      }),
  },
  {
    title: "An ExternalSecret for the neighbour's key was slipped in",
    checks: ['sec.no-other-store'],
    apply: ({ a, b, create }) =>
      create(a, 'ExternalSecret', 'slipped-in', {
        secretStoreRef: { kind: 'SecretStore', name: 'vault' },
        dataFrom: [{ extract: { key: b.names.kvPath } }],
      }),
  },
  {
    title: "The tenant's ServiceAccount may read the canary's Secrets",
    checks: ['sec.k8s-secrets'],
    inCi: true,
    apply: ({ a, bindIn, lab }) =>
      bindIn(`${lab.platform.naming.namespacePrefix}canary`, 'edit', {
        kind: 'ServiceAccount',
        namespace: a.names.namespace,
        name: a.names.workloadServiceAccount,
      }),
  },
  {
    title:
      'The owner is bound to `admin`, which may make stores and change policies',
    also: ['network', 'resource'],
    checks: ['sec.who-can', 'res.who-can'],
    inCi: true,
    apply: ({ a: { names }, bindIn }) =>
      bindIn(names.namespace, 'admin', {
        apiGroup: RBAC,
        ...names.ownerSubject,
      }),
  },
  {
    title: "The role gives Vault's default policy again",
    checks: ['sec.token-policies', 'sec.as-planned'],
    apply: ({ a, role }) => role(a, { token_no_default_policy: false }),
  },
  {
    title: "The role's tokens live for ever",
    checks: ['sec.as-planned'],
    says: /token_period is 3600/,
    apply: ({ a, vault }) =>
      vault(`auth/kubernetes/role/${a.names.vaultRole}`, {
        token_period: 3600,
      }),
  },
  {
    title: 'Another role takes every ServiceAccount of every namespace',
    checks: ['sec.other-roles'],
    says: /walls-test-all|let the login through/,
    shared: true,
    apply: ({ vault }) =>
      vault('auth/kubernetes/role/walls-test-all', {
        ...ANYBODY,
        token_policies: ['root-like'],
      }),
  },
  {
    title:
      "Another role takes n8n's ServiceAccounts by their namespaces' labels",
    checks: ['sec.other-roles'],
    says: /walls-test-labels/,
    shared: true,
    apply: ({ a, vault }) =>
      vault('auth/kubernetes/role/walls-test-labels', {
        bound_service_account_names: ['n8n*'],
        bound_service_account_namespaces: ['elsewhere'],
        bound_service_account_namespace_selector: JSON.stringify({
          matchLabels: { 'threewalls.io/tenant': a.spec.name },
        }),
        audience: 'somebody-else',
        token_policies: ['root-like'],
      }),
  },
  {
    title: 'Another auth method trusts the same cluster, and takes everybody',
    checks: ['sec.other-mounts'],
    says: /auth\/walls-test .*: everybody/,
    shared: true,
    apply: ({ mountAuth }) => mountAuth('walls-test', { everybody: ANYBODY }),
  },
  {
    // The tenants' own names no CA here, so that one can't be told from the other.
    title: 'An auth method with another address and CA takes everybody',
    checks: ['sec.other-mounts'],
    says: /takes its accounts by auth\/walls-test/,
    shared: true,
    apply: ({ mountAuth }) =>
      mountAuth('walls-test', { everybody: ANYBODY }, true),
  },
  {
    title: "A policy of Vault's for people reads every tenant's entry",
    checks: ['sec.other-policies'],
    says: /policy walls-test allows read on .*vault\.trustedPolicies/,
    shared: true,
    apply: ({ vault }) =>
      vault('sys/policies/acl/walls-test', { policy: read('secret/*') }),
  },
  {
    title: "A policy of Vault's for people may write policies",
    checks: ['sec.other-policies'],
    says: /policy walls-test allows update on sys\/policies/,
    shared: true,
    apply: ({ vault }) =>
      vault('sys/policies/acl/walls-test', {
        policy: 'path "sys/policies/acl/+" { capabilities = ["update"] }\n',
      }),
  },
  {
    // No tenant has it; everybody else does.
    title: "Vault's default policy reads every tenant's entry",
    checks: ['sec.other-policies'],
    says: /policy default allows/,
    shared: true,
    apply: ({ widenDefault }) => widenDefault(read('secret/*')),
  },
  {
    title: 'A Secret is pushed out of the namespace',
    checks: ['sec.no-other-store'],
    says: /PushSecret walls-test/,
    neighbourHolds: true,
    apply: ({ a, create }) =>
      create(a, 'PushSecret', 'walls-test', SPECS.PushSecret),
  },
  {
    title: 'A store of the whole cluster is of use in every namespace',
    checks: ['sec.no-other-store'],
    says: /ClusterSecretStore walls-test/,
    shared: true,
    apply: ({ add }) =>
      add(
        objectOf(
          'ClusterSecretStore',
          { name: 'walls-test' },
          { spec: SPECS.SecretStore },
        ),
      ),
  },
  {
    title: 'Something is fetched into every namespace with a label',
    checks: ['sec.no-other-store'],
    says: /ClusterExternalSecret walls-test/,
    neighbourHolds: true,
    apply: ({ a: { spec }, add }) => {
      const matchLabels = { 'threewalls.io/tenant': spec.name };
      const fetched = {
        namespaceSelectors: [{ matchLabels }],
        externalSecretName: 'walls-test',
        externalSecretSpec: SPECS.ExternalSecret,
      };
      const metadata = { name: `walls-test-${spec.name}` };
      const kind = 'ClusterExternalSecret';
      return add(objectOf(kind, metadata, { spec: fetched }));
    },
  },
  {
    title: "n8n's ServiceAccount has an identity in a cloud",
    checks: ['sec.as-planned'],
    says: /role-arn/,
    neighbourHolds: true,
    apply: ({ a, edit }) =>
      edit(a, 'ServiceAccount', 'n8n', {
        metadata: {
          annotations: {
            'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x',
          },
        },
      }),
  },
  {
    title: "The owner's binding has another subject",
    checks: ['sec.as-planned'],
    says: /RoleBinding threewalls-owner was changed: subjects\.1/,
    neighbourHolds: true,
    apply: ({ a, edit }) =>
      edit(a, 'RoleBinding', 'threewalls-owner', {
        subjects: [a.names.ownerSubject.name, 'others'].map(name => ({
          ...{ apiGroup: RBAC, kind: 'Group', name },
        })),
      }),
  },
]);
