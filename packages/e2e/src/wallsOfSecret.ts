import { Mutation } from './wallsMutation';

const read = (path: string) => `path "${path}" { capabilities = ["read"] }\n`;

/** Ways to break the secret wall: each must be seen, and the wall hold once mended. */
export const SECRET_MUTATIONS: Mutation[] = [
  {
    title: 'The Vault policy has a wildcard over every tenant',
    wall: 'secret',
    status: 'breached',
    checks: [
      'sec.canary-data',
      'sec.neighbour-data',
      'sec.capabilities',
      'sec.eso-neighbour',
      'sec.as-planned',
    ],
    apply: ({ a, policy }) => policy(a, read('secret/data/*')),
  },
  {
    title:
      "The Vault policy's path ends in a wildcard, and takes in names that begin alike",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.prefix-twin', 'sec.as-planned'],
    apply: ({ a, policy }) => policy(a, read(`secret/data/${a.names.kvPath}*`)),
  },
  {
    title: 'The Vault policy may list the mount',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.list-root', 'sec.canary-list'],
    full: true,
    apply: ({ a, policy }) =>
      policy(a, 'path "secret/metadata/*" { capabilities = ["list"] }\n'),
  },
  {
    title: 'The Vault policy may write itself',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.escalate'],
    full: true,
    apply: ({ a, policy }) =>
      policy(a, 'path "sys/policies/acl/*" { capabilities = ["update"] }\n'),
  },
  {
    title: "The neighbour's role is bound to any name in any namespace",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.neighbour-role'],
    apply: ({ b, role }) =>
      role(b, {
        bound_service_account_names: ['*'],
        bound_service_account_namespaces: ['*'],
      }),
  },
  {
    title: "The tenant's own role is bound to any name in any namespace",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.as-planned'],
    full: true,
    apply: ({ a, role }) =>
      role(a, {
        bound_service_account_names: ['*'],
        bound_service_account_namespaces: ['*'],
      }),
  },
  {
    title: "The role gives the neighbour's policy on top",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.token-policies', 'sec.neighbour-data'],
    apply: ({ a, b, role }) =>
      role(a, { token_policies: [a.names.vaultPolicy, b.names.vaultPolicy] }),
  },
  {
    title: 'The role asks for no audience',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.wrong-audience', 'sec.as-planned'],
    apply: ({ a, role }) => role(a, { audience: '' }),
  },
  {
    title: 'The SecretStore is hijacked: it logs in as External Secrets itself',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.as-planned'],
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
    wall: 'secret',
    status: 'breached',
    checks: ['sec.as-planned'],
    full: true,
    apply: ({ a, b, create }) =>
      create(a, 'external-secrets.io/v1', 'ExternalSecret', 'slipped-in', {
        spec: {
          secretStoreRef: { kind: 'SecretStore', name: 'vault' },
          dataFrom: [{ extract: { key: b.names.kvPath } }],
        },
      }),
  },
  {
    title: "The tenant's ServiceAccount may read the canary's Secrets",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.k8s-secrets'],
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
    wall: 'secret',
    status: 'breached',
    also: ['resource'],
    checks: ['sec.who-can', 'res.who-can'],
    apply: ({ a, bindIn }) =>
      bindIn(a.names.namespace, 'admin', {
        apiGroup: 'rbac.authorization.k8s.io',
        ...a.names.ownerSubject,
      }),
  },
];
