import {
  quote,
  Said,
  say,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { named } from '../../clients/clusterView';
import { writerOf } from '../../clients/managedFields';
import { ChangedField, changedFields } from '../../plan/live/changedFields';
import { shown } from '../../plan/live/shown';
import { changedVaultFields } from '../../plan/live/vault';
import { plannedResources } from '../../plan/planned';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  SeedResource,
  TenantPlan,
  VaultResource,
} from '../../plan/types';
import { Attempt, Finding } from '../types';

/** Code of a finding about what could not be read. */
export const NOT_READ = 'NOT-READ';
/** Most differences that are told; the rest is counted. */
const SHOWN = 5;

/**
 * Kinds that hold no wall up: where such an object is gone, less is possible, and
 * nothing is shown. Any other's absence is a breach.
 */
export const GIVES_NOTHING_AWAY = [
  'Deployment',
  'ExternalSecret',
  'HTTPRoute',
  'Ingress',
  'Namespace',
  'PersistentVolumeClaim',
  'RoleBinding',
  'SecretStore',
  'Service',
  'ServiceAccount',
];

/** Everything of a plan that belongs to a wall, as it is, against the plan. */
export function asPlanned(plan: TenantPlan, wall: Wall): Attempt[] {
  return plannedResources(plan)
    .filter(resource => resource.wall === wall)
    .map(attemptFor);
}

function attemptFor(resource: PlannedResource): Attempt {
  switch (resource.type) {
    case 'kubernetes':
      return objectAsPlanned(resource);
    case 'vault':
      return vaultAsPlanned(resource);
    default:
      return seedIsThere(resource);
  }
}

function objectAsPlanned({ id, object }: KubernetesResource): Attempt {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name } = metadata;
  return {
    key: id,
    by: 'kubernetes',
    readsOnly: true,
    target: [kind, [namespace, name].filter(Boolean).join('/')].join(' '),
    request: `list ${kind}s, and compare ${name} with the plan field by field`,
    expected: 'equal',
    run: reading(async ({ view }) => {
      const seen = view.list<KubernetesObject>({ apiVersion, kind }, namespace);
      const { items } = await known(id, seen);
      const live = named(items, name);
      return live
        ? compared(
            id,
            changedFields(object, live).map(field => sayChanged(field, live)),
          )
        : gone(id, GIVES_NOTHING_AWAY.includes(kind));
    }),
  };
}

/** The live policy or role of the tenant. */
function vaultAsPlanned(resource: VaultResource): Attempt {
  const { id, path } = resource;
  return {
    key: id,
    by: 'vault',
    readsOnly: true,
    target: id,
    request: `GET ${path}, and compare it with the plan field by field`,
    expected: 'equal',
    run: reading(async ({ vault }) => {
      const { data } = await known(id, vault.read(path));
      // The login says so too.
      return data
        ? compared(
            id,
            changedVaultFields(resource, data).map(field => sayChanged(field)),
          )
        : gone(id, true);
    }),
  };
}

/** The KV entry is there; what is in it nobody looks at. */
function seedIsThere({ id, mount, path }: SeedResource): Attempt {
  return {
    key: id,
    by: 'vault',
    readsOnly: true,
    target: id,
    request: `GET ${mount}/metadata/${path}`,
    expected: 'it has a version',
    run: reading(async ({ vault }) => {
      const { data } = await known(id, vault.read(`${mount}/metadata/${path}`));
      const version = data?.current_version;
      return version > 0
        ? asExpected('200', `version ${version}`)
        : gone(id, true);
    }),
  };
}

function compared(id: string, differences: string[]): Finding {
  const more = differences.length - SHOWN;
  const said = [
    ...differences.slice(0, SHOWN),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('; ');
  return said
    ? breached('DIFFERENT', said, say('wasChanged', { what: id, found: said }))
    : asExpected('EQUAL', 'equal');
}

function gone(id: string, isHarmless: boolean): Finding {
  return {
    code: '404',
    response: `${id} is not there`,
    outcome: isHarmless ? 'inconclusive' : 'breached',
    reason: say('gone', { what: id }),
  };
}

/** What a finding is that shows nothing wrong. */
export function asExpected(code: string, response: string): Finding {
  return { code, response, outcome: 'asExpected' };
}

/** What a finding is that shows a wall to be open. */
export function breached(
  code: string,
  response: string,
  reason: Said = quote(response),
): Finding {
  return { code, response, outcome: 'breached', reason };
}

/** What a finding is that shows a wall to be open by one thing or several. */
export function told(code: string, found: Said[]): Finding {
  const reason = say('several', { all: found });
  return breached(code, reason.summary, reason);
}

class UnreadError extends Error {
  constructor(readonly what: string, problem: string) {
    super(problem);
  }
}

/**
 * What was read, for a run that is {@link reading}.
 *
 * @param what - By which a receipt calls it where it can't be read
 */
export async function known<T extends object>(
  what: string,
  answer: Promise<T | { problem: string }>,
): Promise<T> {
  const seen = await answer;
  if ('problem' in seen) {
    throw new UnreadError(what, seen.problem);
  }
  return seen;
}

/** A run that only reads: what could not be read shows nothing. */
export function reading(run: Attempt['run']): Attempt['run'] {
  return async round => {
    try {
      return await run(round);
    } catch (error) {
      if (!(error instanceof UnreadError)) {
        throw error;
      }
      return {
        code: NOT_READ,
        response: error.message,
        outcome: 'inconclusive',
        reason: say('unread', { what: error.what, problem: error.message }),
      };
    }
  };
}

/** Which field, how it is and how it was planned; and who to ask about it. */
export function sayChanged(
  { path, live, planned }: ChangedField,
  object?: KubernetesObject,
): string {
  const writer = object && writerOf(object, path.join('.'));
  // An object in memory does not say which fields somebody has written.
  const by = writer?.fieldsV1
    ? ` (${[writer.manager, writer.time].filter(Boolean).join(', ')})`
    : '';
  return `${path.join('.')} is ${show(shown(path, live))}, planned ${show(
    planned,
  )}${by}`;
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200);
}
