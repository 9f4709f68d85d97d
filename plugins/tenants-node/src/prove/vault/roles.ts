import pLimit from 'p-limit';
import { parse } from 'yaml';
import { VaultReader } from '../../clients';
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

interface Role {
  name: string;
  data: any;
}

/** Roles of an auth method by whom they may take: there are as many as tenants. */
interface Roles {
  /** By a namespace that they name */
  byNamespace: Record<string, Role[]>;
  /** By a pattern or a selector of namespaces: each may take anybody */
  open: Role[];
  /** Roles that can't be read, with why */
  problems: { name: string; problem: string }[];
}

/**
 * Every role of a Kubernetes auth method that would take a ServiceAccount of a
 * namespace, but the one that is meant for it.
 */
export async function rolesThatTake(
  vault: VaultReader,
  mount: string,
  accounts: Accounts,
  own?: string,
): Promise<{ roles: OtherRole[] } | { problem: string }> {
  const seen = await rolesOf(vault, mount);
  if ('problem' in seen) {
    return seen;
  }
  const roles: OtherRole[] = [];
  const problems = seen.problems
    .filter(({ name }) => name !== own)
    .map(({ problem }) => problem);
  const named = seen.byNamespace[accounts.namespace] ?? [];
  for (const { name, data } of new Set([...named, ...seen.open])) {
    if (name !== own) {
      try {
        const taken = accountsOf(data, accounts);
        if (taken.length > 0) {
          roles.push({
            mount,
            name,
            audience: data.audience ?? '',
            accounts: taken,
            policies: data.token_policies ?? [],
          });
        }
      } catch (error) {
        problems.push(
          `auth/${mount}/role/${name}: ${(error as Error).message}`,
        );
      }
    }
  }
  // What was found counts, also where something else could not be read.
  return problems.length > 0 && roles.length === 0
    ? { problem: problems[0] }
    : { roles: roles.sort((a, b) => a.name.localeCompare(b.name)) };
}

/** All roles of an auth method: tenants that are compared with one view share them. */
export function rolesOf(
  vault: VaultReader,
  mount: string,
): Promise<Roles | { problem: string }> {
  return vault.made(`roles of ${mount}`, all => readRoles(all, mount));
}

async function readRoles(
  vault: VaultReader,
  mount: string,
): Promise<Roles | { problem: string }> {
  const listed = await vault.list(`auth/${mount}/role`);
  if ('problem' in listed) {
    return listed;
  }
  const roles: Roles = {
    byNamespace: Object.create(null),
    open: [],
    problems: [],
  };
  const limit = pLimit(CONCURRENCY);
  const read = async (name: string) => {
    const seen = await vault.read(`auth/${mount}/role/${name}`);
    if ('problem' in seen) {
      roles.problems.push({ name, problem: seen.problem });
      return;
    }
    const role = { name, data: seen.data ?? {} };
    const {
      bound_service_account_namespaces: bound = [],
      bound_service_account_namespace_selector: selector = '',
    } = role.data;
    if (selector !== '' || bound.some((n: string) => n.includes('*'))) {
      roles.open.push(role);
    } else {
      for (const namespace of bound) {
        (roles.byNamespace[namespace] ??= []).push(role);
      }
    }
  };
  await Promise.all(listed.data.map(name => limit(() => read(name))));
  return roles;
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
