import { ClusterView, KindRef } from '../../clients';
import { digestOf, isExcepted } from '../../plan/live/digest';
import { selects } from '../../plan/live/selectors';
import { KubernetesObject } from '../../plan/types';
import { SECRET_STORE } from '../../plan/secrets';
import { plannedObjects } from '../checks/planned';
import { Attempt, Side } from '../types';
import { unread } from './asPlanned';

const API = 'external-secrets.io/v1';
/** Groups of what External Secrets acts on. */
const GROUPS = ['external-secrets.io', 'generators.external-secrets.io'];

/** The tenant's SecretStore has to be Ready. */
export function storeReady({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  const kind = 'SecretStore';
  return {
    key: SECRET_STORE,
    by: 'kubernetes',
    readsOnly: true,
    target: `SecretStore ${namespace}/${SECRET_STORE}`,
    request: `get SecretStore ${SECRET_STORE}`,
    expected: 'Ready=True',
    run: async ({ view }) => {
      const seen = await view.list({ apiVersion: API, kind }, namespace);
      if ('problem' in seen) {
        return unread(`SecretStore ${SECRET_STORE}`, seen.problem);
      }
      const store = seen.items.find(i => i.metadata.name === SECRET_STORE);
      const ready = store?.status?.conditions?.find(
        (condition: any) => condition.type === 'Ready',
      );
      const code = ready ? `Ready=${ready.status}` : 'no Ready condition';
      return {
        code,
        response: [ready?.reason, ready?.message].filter(Boolean).join(': '),
        outcome: ready?.status === 'True' ? 'asExpected' : 'failed',
      };
    },
  };
}

/**
 * Everything that External Secrets acts on in the namespace, and is not the
 * plan's: of the namespace itself whatever the kind; of the whole cluster's what
 * is meant for the namespace too.
 */
export function noOtherStore(side: Side): Attempt {
  const { tenant, cluster } = side;
  const { namespace } = tenant.plan.names;
  const known = plannedObjects(
    tenant.plan,
    'SecretStore',
    'ExternalSecret',
  ).map(nameOf);
  return {
    key: 'others',
    by: 'kubernetes',
    readsOnly: true,
    target: `stores of ${namespace}`,
    request: `list every kind of External Secrets: of ${namespace}, and cluster-wide`,
    expected: `${known.join(', ') || 'none'}, and no other`,
    run: async ({ view, ours }) => {
      const seen = await readAll(view, namespace);
      if ('problem' in seen) {
        return unread(`Stores of ${namespace}`, seen.problem);
      }
      const others = seen.objects
        .filter(({ metadata }) => !ours.has(metadata.name))
        .filter(object => !known.includes(nameOf(object)))
        .filter(object => !isExcepted(object, cluster.config.exceptions))
        .map(object => `${nameOf(object)} (digest ${digestOf(object)})`);
      return others.length === 0
        ? { code: 'NONE', response: 'no other', outcome: 'asExpected' }
        : {
            code: 'FOUND',
            response: others.join(', '),
            outcome: 'breached',
            reason: `Not of the plan, and of use in ${namespace}: ${others.join(
              ', ',
            )}`,
          };
    },
  };
}

async function readAll(
  view: ClusterView,
  namespace: string,
): Promise<{ objects: KubernetesObject[] } | { problem: string }> {
  const namespaces = await view.list({ apiVersion: 'v1', kind: 'Namespace' });
  if ('problem' in namespaces) {
    return namespaces;
  }
  const labels =
    namespaces.items.find(({ metadata }) => metadata.name === namespace)
      ?.metadata.labels ?? {};
  const kinds: Required<KindRef>[] = [];
  for (const served of await Promise.all(GROUPS.map(g => view.kinds(g)))) {
    if ('problem' in served) {
      return served;
    }
    kinds.push(...served.items);
  }
  const objects: KubernetesObject[] = [];
  const lists = await Promise.all(
    kinds.map(async kind => ({
      kind,
      seen: await view.list<KubernetesObject>(
        kind,
        kind.namespaced ? namespace : undefined,
      ),
    })),
  );
  for (const { kind, seen } of lists) {
    if ('problem' in seen) {
      return { problem: `${kind.kind} (${kind.apiVersion}): ${seen.problem}` };
    }
    objects.push(
      ...seen.items.filter(
        object => kind.namespaced || isFor(object, namespace, labels),
      ),
    );
  }
  return { objects };
}

/**
 * Whether an object of the whole cluster's is for a namespace. A store without
 * conditions is for all of them; a generator acts only where something asks it to.
 */
function isFor(
  { kind, spec = {} }: any,
  namespace: string,
  labels: Record<string, string>,
): boolean {
  if (kind === 'ClusterGenerator') {
    return false;
  }
  const conditions: any[] =
    kind === 'ClusterSecretStore' ? spec.conditions ?? [] : [spec];
  return (
    conditions.length === 0 ||
    conditions.some(
      ({
        namespaces = [],
        namespaceRegexes = [],
        namespaceSelector,
        namespaceSelectors = [],
      }) =>
        namespaces.includes(namespace) ||
        namespaceRegexes.some((regex: string) =>
          new RegExp(regex).test(namespace),
        ) ||
        [namespaceSelector, ...namespaceSelectors].some(
          selector => selector && selects(selector, labels),
        ),
    )
  );
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
