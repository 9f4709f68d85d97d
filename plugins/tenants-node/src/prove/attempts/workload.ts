import {
  canonicalQuantity,
  parseQuantity,
  quote,
} from '@threewalls/backstage-plugin-tenants-common';
import { changedFields } from '../../plan/live/changedFields';
import { selects } from '../../plan/live/selectors';
import { KubernetesObject } from '../../plan/types';
import { plannedObjects } from '../../plan/planned';
import { Attempt, Finding, Side } from '../types';
import { named } from '../../clients/clusterView';
import { sayChanged } from './asPlanned';
import { asExpected, breached, finding } from './finding';
import { listed, PODS, stateAttempt } from './reading';
import { restrictedProblems } from './restricted';

/**
 * The pods that run, against the Deployment's template in the plan: what n8n runs
 * as counts as much as what it may.
 */
export function workloadAsPlanned({ tenant, cluster }: Side): Attempt[] {
  const { namespace } = tenant.plan.names;
  return plannedObjects(tenant.plan, 'Deployment').map(deployment => {
    const { name } = deployment.metadata;
    const { selector, template } = deployment.spec as any;
    return podsAttempt(namespace, {
      key: `pods of ${name}`,
      request: `list Pods of ${namespace}, and compare those of ${name} with the plan field by field`,
      expected: 'as planned',
      of: ({ metadata }) =>
        !metadata.deletionTimestamp && selects(selector, metadata.labels ?? {}),
      problems: pod => {
        const { labels } = template.metadata;
        const planned: KubernetesObject = {
          ...PODS,
          metadata: { name: pod.metadata.name, namespace, labels },
          spec: template.spec,
        };
        return changedFields(
          planned,
          withoutInjected(pod, cluster.config.injectedContainers),
        ).map(field => sayChanged(field));
      },
    });
  });
}

/** Every pod of the namespace, against PodSecurity `restricted`. */
export function podsRestricted({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  return podsAttempt(namespace, {
    key: 'pods',
    request: `list Pods of ${namespace}, and hold them to PodSecurity restricted`,
    expected: 'none that it would refuse',
    of: () => true,
    problems: pod => restrictedProblems(pod),
  });
}

/** Milliseconds that the controller of quotas may take until one is enforced as it was written. */
const ENFORCED_MS = 30_000;
const RARE: Record<string, number> = {
  '': 1,
  E: 1e18,
  Ei: 2 ** 60,
  u: 1e-6,
  n: 1e-9,
};

/** What is used and enforced of each quota of the plan: no more than the plan gives. */
export function withinQuota({ tenant }: Side): Attempt[] {
  const { namespace } = tenant.plan.names;
  return plannedObjects(tenant.plan, 'ResourceQuota').map(quota => {
    const { name } = quota.metadata;
    const { hard } = quota.spec as { hard: Record<string, string> };
    return stateAttempt('kubernetes', {
      key: name,
      target: `ResourceQuota ${namespace}/${name}`,
      request: `list ResourceQuotas of ${namespace}, and compare what is used and enforced of ${name}`,
      expected: 'no more than the plan gives',
      run: async ({ view }) => {
        const what = `ResourceQuota ${name}`;
        const live = named(await listed(view, quota, namespace, what), name);
        return (
          (live && ofQuotas([{ hard, live }])) ??
          asExpected('EQUAL', live ? 'within the quota' : 'not there')
        );
      },
    });
  });
}

/**
 * What more is used of than quotas give, and what more is let in: the API server
 * goes by the limits in a quota's status, and by none where there are none. Its
 * controller may not have seen yet what was written just now.
 *
 * @returns `undefined` where all are within what they give
 */
export function ofQuotas(
  quotas: { hard?: Record<string, string>; live: any; title?: string }[],
): Finding | undefined {
  const over: string[] = [];
  const late: string[] = [];
  for (const { hard = {}, live, title = '' } of quotas) {
    const { status = {}, metadata } = live;
    const isNew = Date.now() - writtenAt(metadata) < ENFORCED_MS;
    for (const [key, most] of Object.entries(hard)) {
      const used = canonicalQuantity(status.used?.[key] ?? '0');
      const enforced = status.hard?.[key];
      if (number(used) > number(most)) {
        over.push(`${title}${key}: ${used} of ${most} used`);
      }
      if (enforced === undefined || number(enforced) > number(most)) {
        (isNew ? late : over).push(
          `${title}${key}: ${
            enforced ?? 'no limit'
          } is enforced instead of ${most}`,
        );
      }
    }
  }
  if (over.length === 0 && late.length > 0) {
    const response = late.join('; ');
    return finding('inconclusive', 'LATE', response, quote(response));
  }
  return over.length > 0 ? found(over, '') : undefined;
}

/** Milliseconds since 1970 at which others than controllers wrote an object last. */
function writtenAt({ creationTimestamp, managedFields = [] }: any): number {
  const times = managedFields
    .filter(({ subresource }: any) => !subresource)
    .map(({ time }: any) => time);
  return Math.max(
    ...[creationTimestamp, ...times].filter(Boolean).map(Date.parse),
  );
}

function podsAttempt(
  namespace: string,
  {
    of,
    problems,
    ...attempt
  }: Pick<Attempt, 'key' | 'request' | 'expected'> & {
    of(pod: any): boolean;
    problems(pod: any): string[];
  },
): Attempt {
  return stateAttempt('kubernetes', {
    ...attempt,
    target: `Pods of ${namespace}`,
    run: async ({ view }) => {
      const pods = (await listed(view, PODS, namespace))
        .filter(({ status }) => !isOver(status?.phase))
        .filter(of);
      return found(
        pods.flatMap(pod =>
          problems(pod).map(problem => `${pod.metadata.name}: ${problem}`),
        ),
        `${pods.length} as expected`,
      );
    },
  });
}

function isOver(phase?: string): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function found(problems: string[], otherwise: string): Finding {
  return problems.length === 0
    ? asExpected('EQUAL', otherwise)
    : breached(
        'DIFFERENT',
        problems.join('; '),
        quote(problems.slice(0, 3).join('; ')),
      );
}

/**
 * A pod as it would be without the containers that config says are added to
 * every pod, such as a mesh's proxy, and without the volumes that only they mount.
 */
function withoutInjected(pod: any, injected: readonly string[]): any {
  if (injected.length === 0) {
    return pod;
  }
  const own = (containers?: any[]) =>
    containers?.filter(({ name }) => !injected.includes(name));
  const { spec } = pod;
  const containers = own(spec.containers) ?? [];
  const initContainers = own(spec.initContainers);
  const mounted = new Set(
    [...containers, ...(initContainers ?? [])].flatMap(c =>
      (c.volumeMounts ?? []).map(({ name }: any) => name),
    ),
  );
  const volumes = spec.volumes?.filter(({ name }: any) => mounted.has(name));
  return { ...pod, spec: { ...spec, containers, initContainers, volumes } };
}

/** Of what the API server takes, too, though nobody writes it: exponents, and the rarest suffixes. */
function number(quantity: string | number): number {
  const text = String(quantity);
  const [, digits, suffix] = /^(.*?)(Ei|E|n|u|)$/.exec(text)!;
  const rare = Number(digits) * RARE[suffix];
  // What can't be read must not pass for little.
  return parseQuantity(text) ?? (Number.isNaN(rare) ? Infinity : rare);
}
