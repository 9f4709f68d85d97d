import { say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { listKinds, named } from '../../clients/clusterView';
import { digestOf, isExcepted } from '../../plan/live/digest';
import { selects } from '../../plan/live/selectors';
import { KubernetesObject } from '../../plan/types';
import { SECRET_STORE } from '../../plan/secrets';
import { plannedObjects } from '../../plan/planned';
import { Attempt, Side } from '../types';
import { asExpected, breached, called, finding } from './finding';
import { known, listed, NAMESPACES, stateAttempt } from './reading';
import { isProbe } from './externalSecretProbe';

const API = 'external-secrets.io/v1';
/** Groups of what External Secrets acts on. */
const GROUPS = ['external-secrets.io', 'generators.external-secrets.io'];

/** The tenant's SecretStore has to be Ready. */
export function storeReady({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  return stateAttempt('kubernetes', {
    key: SECRET_STORE,
    target: `SecretStore ${namespace}/${SECRET_STORE}`,
    request: `get SecretStore ${SECRET_STORE}`,
    expected: 'Ready=True',
    run: async ({ view }) => {
      const kind = { apiVersion: API, kind: 'SecretStore' };
      const what = `SecretStore ${SECRET_STORE}`;
      const stores = await listed(view, kind, namespace, what);
      const ready = named(stores, SECRET_STORE)?.status?.conditions?.find(
        (condition: any) => condition.type === 'Ready',
      );
      return finding(
        ready?.status === 'True' ? 'asExpected' : 'failed',
        ready ? `Ready=${ready.status}` : 'no Ready condition',
        [ready?.reason, ready?.message].filter(Boolean).join(': '),
      );
    },
  });
}

/**
 * Everything that External Secrets acts on in the namespace, and is not the
 * plan's: of the namespace itself whatever the kind; of the whole cluster's what
 * is meant for the namespace too.
 */
export function noOtherStore(side: Side): Attempt {
  const { tenant, cluster } = side;
  const { namespace } = tenant.plan.names;
  const planned = plannedObjects(
    tenant.plan,
    'SecretStore',
    'ExternalSecret',
  ).map(called);
  return stateAttempt('kubernetes', {
    key: 'others',
    target: `stores of ${namespace}`,
    request: `list every kind of External Secrets: of ${namespace}, and cluster-wide`,
    expected: `${planned.join(', ') || 'none'}, and no other`,
    run: async ({ view }) => {
      const objects = await readAll(view, namespace);
      const others = objects
        .filter(object => !isProbe(object, side.canary))
        .filter(object => !planned.includes(called(object)))
        .filter(object => !isExcepted(object, cluster.config.exceptions))
        .map(object => `${called(object)} (digest ${digestOf(object)})`)
        .join(', ');
      return others
        ? breached(
            'FOUND',
            others,
            say('notOfPlan', { namespace, found: others }),
          )
        : asExpected('NONE', 'no other');
    },
  });
}

async function readAll(
  view: ClusterView,
  namespace: string,
): Promise<KubernetesObject[]> {
  const what = `Stores of ${namespace}`;
  const home = named(
    await listed(view, NAMESPACES, undefined, what),
    namespace,
  );
  const labels = home?.metadata.labels ?? {};
  const lists = await known(what, listKinds(view, GROUPS, namespace));
  return lists.all.flatMap(({ kind, objects }) =>
    objects.filter(
      object => kind.namespaced || isFor(object, namespace, labels),
    ),
  );
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
