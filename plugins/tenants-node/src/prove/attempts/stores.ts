import { KubernetesObject } from '../../plan/types';
import { SECRET_STORE } from '../../plan/secrets';
import { plannedObjects } from '../checks/planned';
import { Attempt, Side } from '../types';
import { asPlanned } from './asPlanned';
import { isProbe } from './externalSecretProbe';

const API = 'external-secrets.io/v1';
const KINDS = ['SecretStore', 'ExternalSecret'];

/** The tenant's SecretStore has to be Ready. */
export function storeReady({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  const ref = { apiVersion: API, kind: 'SecretStore', namespace };
  return {
    key: SECRET_STORE,
    by: 'kubernetes',
    target: `SecretStore ${namespace}/${SECRET_STORE}`,
    request: `get SecretStore ${SECRET_STORE}`,
    expected: 'Ready=True',
    run: async ({ cluster, signal }) => {
      const store = await cluster.kubernetes.get<any>(
        { ...ref, name: SECRET_STORE },
        { signal },
      );
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

/** Our own stores against the plan, and that there is no other. */
export function storesAsPlanned({ tenant }: Side): Attempt[] {
  const ours = plannedObjects(tenant.plan, ...KINDS);
  return [
    // A store that is gone gives nothing away.
    ...ours.map(object => asPlanned(object, { gone: 'inconclusive' })),
    noOther(tenant.plan.names.namespace, ours),
  ];
}

function noOther(namespace: string, ours: KubernetesObject[]): Attempt {
  const known = ours.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return {
    key: 'others',
    by: 'kubernetes',
    target: `stores of ${namespace}`,
    request: `list SecretStores and ExternalSecrets of ${namespace}`,
    expected: `${known.join(', ') || 'none'}, and no other`,
    run: async ({ cluster, signal }) => {
      const lists = await Promise.all(
        KINDS.map(async kind => {
          const ref = { apiVersion: API, kind, namespace };
          const { items } = await cluster.kubernetes.list(ref, { signal });
          return items
            .filter(item => !isProbe(item))
            .map(item => `${kind} ${item.metadata.name}`);
        }),
      );
      const others = lists.flat().filter(name => !known.includes(name));
      return others.length === 0
        ? { code: 'NONE', response: 'no other', outcome: 'asExpected' }
        : {
            code: 'FOUND',
            response: others.join(', '),
            outcome: 'breached',
            reason: `${others.join(', ')} in ${namespace} is not of the plan`,
          };
    },
  };
}
