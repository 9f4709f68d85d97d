import { SeenInVault, VaultView } from '../../clients';
import { Accounts, rolesThatTake } from './roles';

/** Another auth method of Vault that may take the cluster's ServiceAccount tokens. */
export interface OtherMount {
  /** Path of the auth method, without slashes */
  mount: string;
  type: string;
  /** What was found: roles that take a tenant's accounts, none, or why that is open */
  finding: { takes: string } | { clear: string } | { open: string };
}

/** What else than the Kubernetes auth method takes signed tokens. */
const TOKENS = ['jwt', 'oidc'];

/**
 * Every other auth method of Vault by which a ServiceAccount could log in: of
 * Kubernetes, with this cluster's API server or CA, or of tokens that anybody
 * signs. What a method of the latter kind would take is not evaluated.
 */
export async function otherMounts(
  vault: VaultView,
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
    .filter(({ mount }) => mount !== own && !reviewed.includes(mount));
  const found = await Promise.all(
    mounts.map(async ({ mount, type }): Promise<OtherMount | undefined> => {
      if (type.includes('kubernetes')) {
        const finding = await kubernetesFinding(mount);
        return { mount, type, finding };
      }
      const open = `what it takes is not evaluated: review it and name it in vault.reviewedAuthMounts`;
      return TOKENS.includes(type)
        ? { mount, type, finding: { open } }
        : undefined;
    }),
  );
  return found.flatMap(one => one ?? []);

  async function kubernetesFinding(
    mount: string,
  ): Promise<OtherMount['finding']> {
    const config = await vault.read(`auth/${mount}/config`);
    if ('problem' in config) {
      return { open: config.problem };
    }
    if (isOtherCluster(config.data, ownConfig)) {
      return { clear: `of ${config.data.kubernetes_host}` };
    }
    const taken = await rolesThatTake(vault, mount, accounts);
    if ('problem' in taken) {
      return { open: taken.problem };
    }
    return taken.roles.length > 0
      ? { takes: taken.roles.map(({ name }) => name).join(', ') }
      : { clear: 'no role of it takes them' };
  }
}

/** One cluster may be written in several ways; but not with another address and another CA. */
function isOtherCluster(config: any, own: SeenInVault): boolean {
  const differs = (field: string) =>
    'data' in own &&
    Boolean(config?.[field] && own.data?.[field]) &&
    config[field] !== own.data[field];
  return differs('kubernetes_host') && differs('kubernetes_ca_cert');
}
