import { SeenInVault, VaultReader } from '../../clients';
import { Accounts, rolesThatTake } from './roles';

/** Another auth method of Vault that may take the cluster's ServiceAccount tokens. */
export interface OtherMount {
  /** Path of the auth method, without slashes */
  mount: string;
  type: string;
  /** What was found: roles that take a tenant's accounts, none, or why that is open */
  finding: { takes: string } | { clear: string } | { open: string };
}

const REVIEW = 'review it and name it in vault.reviewedAuthMounts';
const NOT_EVALUATED = `what it takes is not evaluated: ${REVIEW}`;

/**
 * What knows nothing of a cluster's tokens, by the names that Vault and OpenBao give
 * it. A plugin may be registered under any other, and take them.
 */
const OTHERS = new Set(
  `alicloud app-id approle aws azure cert cf gcp github kerberos ldap ns_token
  oci okta pcf radius saml scep token userpass`.split(/\s+/),
);

/**
 * Every other auth method of Vault by which a ServiceAccount could log in: of
 * Kubernetes, by the roles that it has, or of a type that may take tokens that
 * anybody signs. What a method of the latter kind would take is not evaluated.
 */
export async function otherMounts(
  vault: VaultReader,
  own: string,
  reviewed: readonly string[],
  accounts: Accounts,
): Promise<OtherMount[] | { problem: string }> {
  const [seen, ownConfig] = await Promise.all([
    vault.read('sys/auth'),
    vault.read(`auth/${own}/config`),
  ]);
  if ('problem' in seen) {
    return seen;
  }
  // Vault repeats the mounts beside other fields of its answer.
  const mounts = Object.entries<any>(seen.data)
    .filter(([path, { type } = {} as any]) => path.endsWith('/') && type)
    .map(([path, { type }]) => ({ mount: path.slice(0, -1), type }))
    .filter(({ mount }) => mount !== own && !reviewed.includes(mount))
    .filter(({ type }) => !OTHERS.has(type));
  return Promise.all(
    mounts.map(async ({ mount, type }): Promise<OtherMount> => {
      const finding = type.includes('kubernetes')
        ? await kubernetesFinding(mount)
        : { open: NOT_EVALUATED };
      return { mount, type, finding };
    }),
  );

  async function kubernetesFinding(
    mount: string,
  ): Promise<OtherMount['finding']> {
    const [config, taken] = await Promise.all([
      vault.read(`auth/${mount}/config`),
      rolesThatTake(vault, mount, accounts),
    ]);
    if ('problem' in config) {
      return { open: config.problem };
    }
    // A plugin for any tokens may have that word in its name, and binds other fields.
    if (config.data && !config.data.kubernetes_host) {
      return { open: NOT_EVALUATED };
    }
    if ('problem' in taken) {
      return { open: taken.problem };
    }
    const roles = taken.roles.map(({ name }) => name).join(', ');
    if (roles === '') {
      return { clear: 'no role of it takes them' };
    }
    // One cluster is written in several ways: behind a proxy with a CA of its own, too.
    return isUnlike(config.data, ownConfig)
      ? {
          open: `role ${roles} would take them, if ${config.data.kubernetes_host} is this cluster by another address: narrow the role, or ${REVIEW}`,
        }
      : { takes: roles };
  }
}

/** Whether neither the address nor the CA of a cluster is this one's. */
function isUnlike(config: any, own: SeenInVault): boolean {
  const differs = (field: string) =>
    'data' in own &&
    Boolean(config?.[field] && own.data?.[field]) &&
    config[field] !== own.data[field];
  return differs('kubernetes_host') && differs('kubernetes_ca_cert');
}
