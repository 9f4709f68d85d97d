import { PlanContext } from './context';
import {
  KubernetesResource,
  SeedResource,
  TenantNames,
  VaultResource,
} from './types';

/** Audience of the tokens that log in to Vault, set on both sides. */
export const VAULT_AUDIENCE = 'vault';

/** First line of every policy of ours: Vault's policies carry no labels. */
export const POLICY_MARK = '# Managed by Threewalls';

/** Seconds a tenant's Vault token lives; there is no revoking by role. */
const TOKEN_TTL = 600;
const TOKEN_MAX_TTL = 1800;

/** What every token has to be able to do with itself: be looked at, asked, and ended. */
const SELF: [path: string, capability: string][] = [
  ['auth/token/lookup-self', 'read'],
  ['auth/token/revoke-self', 'update'],
  ['sys/capabilities-self', 'update'],
];

/**
 * The tenant's Vault policy: read its own path, nothing else but what any token
 * does with itself. Vault's `default` policy, which anybody may have given more,
 * is none of the tenant's. No path ends in a wildcard, so a tenant whose name
 * begins with this one's is another path.
 */
export function tenantPolicy(kvMount: string, kvPath: string): string {
  return policyText(POLICY_MARK, kvMount, kvPath);
}

function policyText(comment: string, kvMount: string, kvPath: string): string {
  const own = ['data', 'metadata'].map(part => [
    `${kvMount}/${part}/${kvPath}`,
    'read',
  ]);
  const rules = [...own, ...SELF].map(
    ([path, capability]) =>
      `path "${path}" {\n  capabilities = ["${capability}"]\n}\n`,
  );
  return [`${comment}\n`, ...rules].join('\n');
}

const TEMPLATE_COMMENT =
  '# The one policy of all tenants of Threewalls: each reads the entry of its namespace';

/**
 * The one policy of all tenants, as an administrator installs it from
 * deploy/vault: Vault itself puts the namespace of whoever has logged in where a
 * tenant's own policy has its path. No wildcard is in it.
 */
export function templatedPolicy(
  kvMount: string,
  kvRoot: string,
  accessor: string,
): string {
  const namespace = `{{identity.entity.aliases.${accessor}.metadata.service_account_namespace}}`;
  return policyText(TEMPLATE_COMMENT, kvMount, `${kvRoot}${namespace}`);
}

/** Vault's side of the secret wall: policy and Kubernetes-auth role. */
export function planVault(
  context: Pick<PlanContext, 'names' | 'cluster'>,
): VaultResource[] {
  const { names, cluster } = context;
  const { kvMount, authMount, policies } = cluster.vault;
  const policy =
    policies.kind === 'templated'
      ? templatedPolicy(kvMount, kvRootOf(names), policies.accessor)
      : tenantPolicy(kvMount, names.kvPath);
  return [
    {
      type: 'vault',
      wall: 'secret',
      id: `Vault policy ${names.vaultPolicy}`,
      path: `sys/policies/acl/${names.vaultPolicy}`,
      body: { policy },
      ...(policies.kind === 'templated' && { given: true }),
    },
    {
      type: 'vault',
      wall: 'secret',
      id: `Vault role ${names.vaultRole}`,
      path: `auth/${authMount}/role/${names.vaultRole}`,
      body: {
        bound_service_account_names: [names.loginServiceAccount],
        bound_service_account_namespaces: [names.namespace],
        bound_service_account_namespace_selector: '',
        audience: VAULT_AUDIENCE,
        alias_name_source: 'serviceaccount_uid',
        token_policies: [names.vaultPolicy],
        token_ttl: TOKEN_TTL,
        token_max_ttl: TOKEN_MAX_TTL,
        token_no_default_policy: true,
        token_type: 'default',
      },
    },
  ];
}

/** What stands before the namespace in a KV path; config sees to it that it ends in that. */
function kvRootOf({ kvPath, namespace }: TenantNames): string {
  return kvPath.slice(0, kvPath.length - namespace.length);
}

/** Kinds of what a workload's key has encrypted, or has brought to its pods. */
const KEEPERS = ['PersistentVolumeClaim', 'Deployment', 'ExternalSecret'];

/**
 * The tenant's KV entry: written once. A lost or rotated encryption key makes
 * every credential stored in n8n unreadable.
 *
 * @param later - What is made after it, and depends on it
 */
export function planSeed(
  { names, cluster, workload }: PlanContext,
  later: KubernetesResource[] = [],
): SeedResource {
  const mount = cluster.vault.kvMount;
  return {
    type: 'seed',
    wall: 'secret',
    id: `Vault KV ${mount}/${names.kvPath}`,
    mount,
    path: names.kvPath,
    fields: workload.seed,
    dependents: later
      .filter(({ object }) => KEEPERS.includes(object.kind))
      .map(({ object: { apiVersion, kind, metadata } }) => ({
        apiVersion,
        kind,
        namespace: names.namespace,
        name: metadata.name,
      })),
  };
}
