import { InputError } from '@backstage/errors';
import {
  canonicalRef,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, Platform } from '../config/platform';
import { TenantNames } from './types';

/** Name of n8n's Service, Deployment, Secret and own ServiceAccount. */
export const N8N = 'n8n';

/** Name of the platform's own namespace beside the tenants. */
export const CANARY = 'canary';

/** Name of the namespace that the canary's test client runs in. */
export const RAM = 'ram';

/** Names of the pair that is broken on purpose, to see that the prover finds it. */
export const DRILL = ['drill-a', 'drill-b'] as const;

/** Namespaces of the platform's own, which are no tenants. */
export const PLATFORM_NAMES = [CANARY, RAM, ...DRILL];

/** Label of a namespace whose tenant was removed and whose data was kept. */
export const ARCHIVED_LABEL = 'threewalls.io/archived';

/** Selects the namespaces of tenants. */
export const TENANT_SELECTOR = [
  `${MANAGED_BY_LABEL}=${FIELD_MANAGER}`,
  TENANT_LABEL,
  ...PLATFORM_NAMES.map(name => `${TENANT_LABEL}!=${name}`),
  `${ARCHIVED_LABEL}!=true`,
].join();

/**
 * Every name that a tenant goes by; without a cluster, as where each tenant has
 * a Vault policy of its own.
 *
 * @public
 */
export function tenantNames(
  name: string,
  owner: string,
  platform: Pick<Platform, 'naming' | 'owners'>,
  cluster?: Pick<ClusterProfile, 'vault'>,
): TenantNames {
  const policies = cluster?.vault.policies;
  return {
    namespace: `${platform.naming.namespacePrefix}${name}`,
    loginServiceAccount: `n8n-${name}`,
    workloadServiceAccount: N8N,
    vaultPolicy:
      policies?.kind === 'templated' ? policies.name : ownPolicy(name),
    vaultRole: `tenant-${name}`,
    kvPath: `${platform.naming.kvPrefix}${name}`,
    ownerSubject: ownerSubject(owner, platform.owners),
  };
}

/**
 * Name of the policy that is one tenant's alone. With a templated policy there
 * is none, but what is left of the time before.
 */
export function ownPolicy(name: string): string {
  return `tenant-${name}`;
}

/** Who an owner is to Kubernetes: a group, or one user, from config's templates. */
export function ownerSubject(
  owner: string,
  { kubernetesGroup, kubernetesUser }: Platform['owners'],
): TenantNames['ownerSubject'] {
  const ref = parseEntityRef(canonicalRef(owner));
  const isUser = ref.kind === 'user';
  const template = isUser ? kubernetesUser : kubernetesGroup;
  return {
    kind: isUser ? 'User' : 'Group',
    name: template.replace(
      /\{\{\s*(kind|namespace|name)\s*\}\}/g,
      (_, field: 'kind' | 'namespace' | 'name') => ref[field],
    ),
  };
}

/** Config's text with a tenant's name in the place of `{{ name }}`. */
export function forTenant(template: string, tenant: string): string {
  return template.replace(/\{\{\s*name\s*\}\}/g, () => tenant);
}

/** Parts of a full entity ref. */
export function parseEntityRef(ref: string): {
  kind: string;
  namespace: string;
  name: string;
} {
  const match = /^([^:/]+):([^:/]+)\/([^:/]+)$/.exec(ref);
  if (!match) {
    throw new InputError(
      `${ref} is not a full entity ref, such as group:default/guests`,
    );
  }
  const [, kind, namespace, name] = match;
  return { kind, namespace, name };
}
