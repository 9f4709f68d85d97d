import {
  Said,
  say,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { named } from '../../clients/clusterView';
import { madeOnce } from '../../clients/remembered';
import { ownPolicy } from '../../plan/names';
import { KubernetesObject } from '../../plan/types';
import { loginRefused } from '../checks/expectations';
import { podTask } from '../pod/tasks';
import { Attempt, OtherRole, Round, Side } from '../types';
import { otherMounts } from '../vault/mounts';
import { widePolicies } from '../vault/policies';
import { Accounts, rolesThatTake } from '../vault/roles';
import { asExpected, breached, told } from './finding';
import { known, listed, NAMESPACES, stateAttempt } from './reading';
import { podAttempt } from './podAttempt';
import { VAULT_AUDIENCE } from '../../plan/vault';

/** Roles that are tried from inside; more would only say the same again. */
const TRIED = 5;
const ANY = /./;
/** As deploy/vault names it; Vault's own reads everything by design. */
const TRUSTED_POLICIES = ['root', 'threewalls-portal'];

/** Every role of the auth method: none but the tenant's own takes its accounts. */
export function noOtherRole(side: Side): Attempt[] {
  const { authMount } = side.cluster.config.vault;
  const { vaultRole, namespace } = side.tenant.plan.names;
  return [
    stateAttempt('vault', {
      key: 'roles',
      target: `auth/${authMount}/role`,
      request: `LIST auth/${authMount}/role, and read each`,
      expected: `none but ${vaultRole} takes a ServiceAccount of ${namespace}`,
      run: async round => {
        const accounts = await known(
          `ServiceAccounts of ${namespace}`,
          accountsOf(round, side),
        );
        const { roles } = await known(
          `Roles of auth/${authMount}`,
          rolesThatTake(round.vault, authMount, accounts, vaultRole),
        );
        return roles.length > 0
          ? told('FOUND', roles.map(describe))
          : asExpected('NONE', 'no other');
      },
    }),
    // A role that asks for another audience takes none of the pod's tokens.
    ...side.otherRoles
      .filter(({ audience }) => ['', VAULT_AUDIENCE].includes(audience))
      .slice(0, TRIED)
      .map(({ mount, name }) =>
        podAttempt({
          by: 'tenant',
          task: podTask({ do: 'login', mount, role: name, token: 'vault' }),
          target: `auth/${mount}/role/${name}`,
          request: `POST auth/${mount}/login role=${name}`,
          expect: loginRefused(ANY, 'a refusal'),
          // With the reviewer of tokens down nobody logs in.
          witnesses: [
            {
              by: 'tenant',
              task: podTask({
                do: 'login',
                mount: authMount,
                role: vaultRole,
                token: 'vault',
              }),
              says: say('logsIn'),
            },
          ],
        }),
      ),
  ];
}

/** Every other auth method that could take the cluster's tokens. */
export function noOtherMount(side: Side): Attempt {
  const { authMount, reviewedAuthMounts } = side.cluster.config.vault;
  const { namespace } = side.tenant.plan.names;
  return stateAttempt('vault', {
    key: 'mounts',
    target: 'sys/auth',
    request: `GET sys/auth; config and roles of each Kubernetes method but auth/${authMount}`,
    expected: `no other takes a ServiceAccount of ${namespace}`,
    run: async round => {
      const accounts = await known(
        `ServiceAccounts of ${namespace}`,
        accountsOf(round, side),
      );
      const mounts = await known(
        'Auth methods of Vault',
        otherMounts(round.vault, authMount, reviewedAuthMounts, accounts),
      );
      const found = (kind: 'takes' | 'open' | 'clear') =>
        mounts.flatMap(({ mount, type, finding }) =>
          kind in finding
            ? [`auth/${mount} (${type}): ${Object.values(finding)[0]}`]
            : [],
        );
      const takes = found('takes').map(one => `takes its accounts by ${one}`);
      if (takes.length > 0) {
        return breached('FOUND', takes.join('; '));
      }
      const open = found('open').join('; ');
      return open
        ? { ...breached('OPEN', open), outcome: 'inconclusive' }
        : asExpected('NONE', found('clear').join('; ') || 'no other');
    },
  });
}

/** One for all tenants: who compares them keeps what it has asked of each. */
const ownPolicies = madeOnce(
  (namespaces: readonly KubernetesObject[]) =>
    new Set(
      namespaces.flatMap(({ metadata }) => {
        const name = metadata.labels?.[TENANT_LABEL];
        return name ? ownPolicy(name) : [];
      }),
    ),
);

/** Every policy of Vault's but the tenants' own, whoever has it. */
export function noOtherPolicy(side: Side): Attempt {
  const { kvMount, authMount, trustedPolicies } = side.cluster.config.vault;
  const { kvPath, vaultPolicy } = side.tenant.plan.names;
  return stateAttempt('vault', {
    key: 'policies',
    target: 'sys/policies/acl',
    request: "LIST sys/policies/acl, and read each but tenants' own",
    expected: `none but ${vaultPolicy} gives a right on ${kvMount}/data/${kvPath}, or on policies and logins`,
    run: async ({ view, vault }) => {
      const namespaces = await listed(view, NAMESPACES);
      const { wide, open } = await known(
        'Policies of Vault',
        widePolicies(
          vault,
          { kvMount, authMount, kvPath, vaultPolicy },
          ownPolicies(namespaces),
          [...TRUSTED_POLICIES, ...trustedPolicies],
        ),
      );
      if (wide.length > 0) {
        const said = wide.map(({ name, gives }) =>
          say('vaultPolicyGives', { policy: name, gives }),
        );
        return told('FOUND', said, TRIED);
      }
      return open.length > 0
        ? { ...breached('OPEN', open.join('; ')), outcome: 'inconclusive' }
        : asExpected('NONE', 'no other');
    },
  });
}

/** Who of a tenant's namespace could log in: its live accounts, and those planned. */
export async function accountsOf(
  { view }: Pick<Round, 'view'>,
  { tenant }: Pick<Side, 'tenant'>,
): Promise<Accounts | { problem: string }> {
  const { namespace, loginServiceAccount, workloadServiceAccount } =
    tenant.plan.names;
  const [namespaces, accounts] = await Promise.all([
    view.list(NAMESPACES),
    view.list({ apiVersion: 'v1', kind: 'ServiceAccount' }, namespace),
  ]);
  if ('problem' in namespaces) {
    return namespaces;
  }
  if ('problem' in accounts) {
    return accounts;
  }
  const home = named(namespaces.items, namespace);
  return {
    namespace,
    labels: home?.metadata.labels ?? {},
    names: [
      ...new Set<string>([
        loginServiceAccount,
        workloadServiceAccount,
        'default',
        ...accounts.items.map(({ metadata }) => metadata.name),
      ]),
    ],
  };
}

function describe({ mount, name, accounts, policies }: OtherRole): Said {
  return say('roleTakes', {
    role: `auth/${mount}/role/${name}`,
    accounts: accounts.join(', '),
    policies: policies.join(', ') || '-',
  });
}
