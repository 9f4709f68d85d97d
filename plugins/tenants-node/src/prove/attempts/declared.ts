import { isDeepStrictEqual } from 'node:util';
import {
  canonicalQuantity,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { Attempt, Finding, Side } from '../types';
import { sayChanged } from './asPlanned';
import { asExpected, breached } from './finding';
import { known, listed, stateAttempt } from './reading';
import { ofQuotas } from './workload';

/** What quotas of a tenant that is only proved have to limit, as config declares it. */
export function objectsLimited(side: Side, storage: string): Attempt[] {
  const declared = {
    'services.loadbalancers': '0',
    'services.nodeports': '0',
    'requests.storage': storage,
  };
  return Object.entries(declared).map(([resource, most]) =>
    quotasAttempt(side, resource, `${resource}: ${most} at most`, quotas => {
      const given = quotas
        .flatMap(({ spec }) => spec?.hard?.[resource] ?? [])
        .map(quantity => canonicalQuantity(String(quantity)));
      const number = (text: string) => parseQuantity(text) ?? Infinity;
      return given.some(each => number(each) <= number(most))
        ? asExpected('EQUAL', given.join(', '))
        : breached(
            'DIFFERENT',
            `No quota limits ${resource} to ${most} (${
              given.join(', ') || 'none does'
            })`,
          );
    }),
  );
}

/** What is used of each quota that there is; and one there has to be. */
export function withinAnyQuota(side: Side): Attempt {
  return quotasAttempt(
    side,
    'used',
    'a quota, and no more than it gives',
    quotas => {
      const each = quotas.map(live => ({
        hard: live.spec?.hard,
        live,
        title: `${live.metadata.name}: `,
      }));
      return quotas.length > 0
        ? ofQuotas(each) ??
            asExpected('EQUAL', `within ${quotas.length} quotas`)
        : breached('DIFFERENT', 'There is no ResourceQuota');
    },
  );
}

function quotasAttempt(
  { tenant }: Side,
  key: string,
  expected: string,
  judge: (quotas: any[]) => Finding,
): Attempt {
  const { namespace } = tenant.plan.names;
  return stateAttempt('kubernetes', {
    key,
    expected,
    target: `ResourceQuotas of ${namespace}`,
    request: `list ResourceQuotas of ${namespace}, and look at what they give and what is used`,
    run: async ({ view }) => {
      const kind = { apiVersion: 'v1', kind: 'ResourceQuota' };
      return judge(await listed(view, kind, namespace, 'ResourceQuotas'));
    },
  });
}

/** Its role in Vault takes its ServiceAccount alone, and gives its one policy. */
export function roleAsDeclared({ cluster, tenant }: Side): Attempt {
  const { namespace, loginServiceAccount, vaultPolicy, vaultRole } =
    tenant.plan.names;
  const path = `auth/${cluster.config.vault.authMount}/role/${vaultRole}`;
  const declared = {
    bound_service_account_names: [loginServiceAccount],
    bound_service_account_namespaces: [namespace],
    bound_service_account_namespace_selector: '',
    token_policies: [vaultPolicy],
  };
  return stateAttempt('vault', {
    key: `Vault role ${vaultRole}`,
    target: `Vault role ${vaultRole}`,
    request: `GET ${path}, and look at whom it takes and what it gives`,
    expected: `${namespace}/${loginServiceAccount}, and ${vaultPolicy}`,
    run: async ({ vault }) => {
      const { data: role = {} } = await known(path, vault.read(path));
      const differing = Object.entries(declared)
        .map(([field, planned]) => ({
          path: [field],
          live: role[field] ?? '',
          planned,
        }))
        .filter(({ live, planned }) => !isDeepStrictEqual(live, planned))
        .map(field => sayChanged(field));
      return differing.length > 0
        ? breached('DIFFERENT', differing.join('; '))
        : asExpected('EQUAL', 'as declared');
    },
  });
}
