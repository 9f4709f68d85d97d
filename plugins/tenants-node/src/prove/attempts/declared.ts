import { isDeepStrictEqual } from 'node:util';
import {
  canonicalQuantity,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { proofPods, times } from '../../plan/quota';
import { Attempt, Side } from '../types';
import { asExpected, breached, known, reading, sayChanged } from './asPlanned';
import { dryRun, unlessDropped } from './dryRun';
import { boundsOf, samplePod } from './samplePods';
import { overUsed } from './workload';

/**
 * Attempts on a tenant that is only proved: what is there is compared with what
 * config declares, in the place of a plan.
 */

const QUOTAS = { apiVersion: 'v1', kind: 'ResourceQuota' };

/** What quotas have to limit, and to how much at most. */
function declaredLimits({ tenant }: Side): Record<
  'totals' | 'objects',
  Record<string, string>
> {
  const { cpu, memory, storage } = tenant.plan.proofOnly!.limits!;
  return {
    totals: { 'limits.cpu': cpu, 'limits.memory': memory },
    objects: {
      'services.loadbalancers': '0',
      'services.nodeports': '0',
      'requests.storage': storage,
    },
  };
}

/** Its quotas together give no more of anything than is declared. */
export function quotasAtMost(
  side: Side,
  which: 'totals' | 'objects',
): Attempt[] {
  const { namespace } = side.tenant.plan.names;
  return Object.entries(declaredLimits(side)[which]).map(([resource, most]) =>
    ofQuotas(namespace, {
      key: resource,
      request: `list ResourceQuotas of ${namespace}, and look at ${resource}`,
      expected: `at most ${most}`,
      judge: quotas => {
        const given = quotas
          .filter(isOfItsPods)
          .flatMap(({ spec }) => spec?.hard?.[resource] ?? [])
          .map(quantity => canonicalQuantity(String(quantity)));
        return given.some(each => number(each) <= number(most))
          ? asExpected('EQUAL', `${resource}: ${given.join(', ')}`)
          : breached(
              'DIFFERENT',
              `No quota limits ${resource} to ${most} or less (${
                given.join(', ') || 'none does'
              })`,
            );
      },
    }),
  );
}

/** One for some pods alone need not be for n8n's; for all but those of proofs is good. */
function isOfItsPods({ spec = {} }: any): boolean {
  const { scopes = [], scopeSelector } = spec;
  return (
    scopes.length === 0 &&
    (scopeSelector === undefined ||
      isDeepStrictEqual(scopeSelector, proofPods('NotIn')))
  );
}

/** What is used of each quota that there is; and one there has to be. */
export function withinAnyQuota({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  return ofQuotas(namespace, {
    key: 'used',
    request: `list ResourceQuotas of ${namespace}, and compare what is used`,
    expected: 'a quota, and no more than it gives',
    judge: quotas => {
      const over = quotas.flatMap(({ metadata, spec, status }) =>
        overUsed(spec?.hard, status?.used).map(
          problem => `${metadata.name}: ${problem}`,
        ),
      );
      return quotas.length > 0 && over.length === 0
        ? asExpected('EQUAL', `within ${quotas.length} quotas`)
        : breached(
            'DIFFERENT',
            over.join('; ') || `${namespace} has no ResourceQuota`,
          );
    },
  });
}

function ofQuotas(
  namespace: string,
  {
    judge,
    ...attempt
  }: Pick<Attempt, 'key' | 'request' | 'expected'> & {
    judge(quotas: any[]): ReturnType<typeof asExpected>;
  },
): Attempt {
  return {
    ...attempt,
    by: 'kubernetes',
    readsOnly: true,
    target: `ResourceQuotas of ${namespace}`,
    run: reading(async ({ view }) => {
      const seen = view.list<any>(QUOTAS, namespace);
      const { items } = await known(`ResourceQuotas of ${namespace}`, seen);
      return judge(items);
    }),
  };
}

/** Pod-level resources over the total: whichever limit is the first to refuse. */
export function podOverLimits({ tenant }: Side): Attempt {
  const bounds = boundsOf(tenant.plan);
  const memory = times(bounds.quotaMemory, 2);
  const resources = { requests: { memory: '64Mi' }, limits: { memory } };
  const pod = samplePod(bounds, 'pod-level', { resources });
  const title = 'pod-level resources over the total';
  const expected = '403 exceeded quota, or maximum memory usage per Pod';
  const attempt = dryRun(title, pod, expected, ({ status, message }) => {
    if (status < 300) {
      return {
        outcome: 'breached',
        reason: `The API server would create it: ${title}`,
      };
    }
    return status === 403 &&
      /exceeded quota: .*limits\.memory|maximum memory usage per Pod/.test(
        message,
      )
      ? { outcome: 'asExpected' }
      : {
          outcome: 'inconclusive',
          reason: `Refused for another reason: ${status} ${message}`,
        };
  });
  return unlessDropped(attempt);
}

/** Its role in Vault takes its ServiceAccount alone, and gives its one policy. */
export function roleAsDeclared({ cluster, tenant }: Side): Attempt {
  const { namespace, loginServiceAccount, vaultPolicy, vaultRole } =
    tenant.plan.names;
  const path = `auth/${cluster.config.vault.authMount}/role/${vaultRole}`;
  const declared: Record<string, unknown> = {
    bound_service_account_names: [loginServiceAccount],
    bound_service_account_namespaces: [namespace],
    bound_service_account_namespace_selector: '',
    token_policies: [vaultPolicy],
  };
  return {
    key: `Vault role ${vaultRole}`,
    by: 'vault',
    readsOnly: true,
    target: `Vault role ${vaultRole}`,
    request: `GET ${path}, and look at whom it takes and what it gives`,
    expected: `${namespace}/${loginServiceAccount}, and ${vaultPolicy}`,
    run: reading(async ({ vault }) => {
      const { data: live = {} } = await known(path, vault.read(path));
      const differing = Object.keys(declared)
        .filter(
          field => !isDeepStrictEqual(live[field] ?? '', declared[field]),
        )
        .map(field =>
          sayChanged({
            path: [field],
            live: live[field],
            planned: declared[field],
          }),
        )
        .join('; ');
      return differing
        ? breached('DIFFERENT', differing)
        : asExpected('EQUAL', 'as declared');
    }),
  };
}

function number(quantity: string): number {
  return parseQuantity(quantity) ?? Infinity;
}
