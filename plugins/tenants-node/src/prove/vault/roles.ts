import pLimit from 'p-limit';
import { parse } from 'yaml';
import { VaultView } from '../../clients';
import { selects } from '../../plan/live/selectors';
import { OtherRole } from '../types';

/** Roles read at once. */
const CONCURRENCY = 16;

/** ServiceAccounts of a namespace, as Vault looks at who logs in. */
export interface Accounts {
  namespace: string;
  /** Labels of the namespace */
  labels: Record<string, string>;
  names: string[];
}

/**
 * Every role of a Kubernetes auth method that would take a ServiceAccount of a
 * namespace, but the one that is meant for it.
 */
export async function rolesThatTake(
  vault: VaultView,
  mount: string,
  accounts: Accounts,
  own?: string,
): Promise<{ roles: OtherRole[] } | { problem: string }> {
  const listed = await vault.list(`auth/${mount}/role`);
  if ('problem' in listed) {
    return listed;
  }
  const limit = pLimit(CONCURRENCY);
  const roles: OtherRole[] = [];
  const problems = await Promise.all(
    listed.data
      .filter(name => name !== own)
      .map(name =>
        limit(async () => {
          const seen = await vault.read(`auth/${mount}/role/${name}`);
          if ('problem' in seen) {
            return seen.problem;
          }
          try {
            const taken = accountsOf(seen.data ?? {}, accounts);
            if (taken.length > 0) {
              roles.push({
                mount,
                name,
                audience: seen.data.audience ?? '',
                accounts: taken,
                policies: seen.data.token_policies ?? [],
              });
            }
            return undefined;
          } catch (error) {
            return `auth/${mount}/role/${name}: ${(error as Error).message}`;
          }
        }),
      ),
  );
  const problem = problems.find(Boolean);
  // What was found counts, also where something else could not be read.
  return problem && roles.length === 0
    ? { problem }
    : { roles: roles.sort((a, b) => a.name.localeCompare(b.name)) };
}

/**
 * The accounts that a role takes: by names and namespaces, both glob-matched; a
 * selector of namespaces stands beside their names, not on top of them.
 *
 * @throws Error for a selector that can't be read
 */
function accountsOf(role: any, { namespace, labels, names }: Accounts) {
  const {
    bound_service_account_names: boundNames = [],
    bound_service_account_namespaces: boundNamespaces = [],
    bound_service_account_namespace_selector: selector = '',
  } = role;
  const isOfNamespace =
    boundNamespaces.some((glob: string) => matches(glob, namespace)) ||
    (selector !== '' && selects(parse(selector), labels));
  return isOfNamespace
    ? names.filter(name =>
        boundNames.some((glob: string) => matches(glob, name)),
      )
    : [];
}

/** As Vault matches: `*` stands for anything, anywhere. */
export function matches(glob: string, text: string): boolean {
  const pattern = glob
    .split('*')
    .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 's').test(text);
}
