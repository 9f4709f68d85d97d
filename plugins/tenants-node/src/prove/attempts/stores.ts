import { KubernetesObject } from '../../plan/types';
import { SECRET_STORE } from '../../plan/secrets';
import { plannedObjects } from '../checks/planned';
import { Attempt, Side } from '../types';
import { unread } from './asPlanned';

const API = 'external-secrets.io/v1';
const KINDS = ['SecretStore', 'ExternalSecret'];

/** The tenant's SecretStore has to be Ready. */
export function storeReady({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  const kind = 'SecretStore';
  return {
    key: SECRET_STORE,
    by: 'kubernetes',
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

/** Every store and ExternalSecret of the namespace that is not the plan's. */
export function noOtherStore({ tenant }: Side): Attempt {
  const { namespace } = tenant.plan.names;
  const known = plannedObjects(tenant.plan, ...KINDS).map(nameOf);
  return {
    key: 'others',
    by: 'kubernetes',
    target: `stores of ${namespace}`,
    request: `list SecretStores and ExternalSecrets of ${namespace}`,
    expected: `${known.join(', ') || 'none'}, and no other`,
    run: async ({ view, ours }) => {
      const others: string[] = [];
      for (const kind of KINDS) {
        const seen = await view.list<KubernetesObject>(
          { apiVersion: API, kind },
          namespace,
        );
        if ('problem' in seen) {
          return unread(`${kind}s of ${namespace}`, seen.problem);
        }
        others.push(
          ...seen.items
            .filter(({ metadata }) => !ours.has(metadata.name))
            .map(nameOf)
            .filter(name => !known.includes(name)),
        );
      }
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

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
