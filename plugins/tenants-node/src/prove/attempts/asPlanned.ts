import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { ChangedField, changedFields } from '../../plan/live/changedFields';
import { managerOf } from '../../plan/live/managers';
import { shown } from '../../plan/live/shown';
import { changedVaultFields } from '../../plan/live/vault';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  SeedResource,
  TenantPlan,
  VaultResource,
} from '../../plan/types';
import { Attempt, Finding } from '../types';

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
  return plan.stages
    .flatMap(stage => stage.resources)
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
    target: [kind, [namespace, name].filter(Boolean).join('/')].join(' '),
    request: `list ${kind}s, and compare ${name} with the plan field by field`,
    expected: 'equal',
    run: async ({ view }) => {
      const seen = await view.list<KubernetesObject>(
        { apiVersion, kind },
        namespace,
      );
      if ('problem' in seen) {
        return unread(id, seen.problem);
      }
      const live = seen.items.find(item => item.metadata.name === name);
      return live
        ? compared(
            id,
            changedFields(object, live).map(field => sayChanged(field, live)),
          )
        : gone(id, GIVES_NOTHING_AWAY.includes(kind));
    },
  };
}

/** The live policy or role of the tenant. */
function vaultAsPlanned(resource: VaultResource): Attempt {
  const { id, path } = resource;
  return {
    key: id,
    by: 'vault',
    target: id,
    request: `GET ${path}, and compare it with the plan field by field`,
    expected: 'equal',
    run: async ({ vault }) => {
      const seen = await vault.read(path);
      if ('problem' in seen) {
        return unread(id, seen.problem);
      }
      // The login says so too.
      return seen.data
        ? compared(
            id,
            changedVaultFields(resource, seen.data).map(field =>
              sayChanged(field),
            ),
          )
        : gone(id, true);
    },
  };
}

/** The KV entry is there; what is in it nobody looks at. */
function seedIsThere({ id, mount, path }: SeedResource): Attempt {
  return {
    key: id,
    by: 'vault',
    target: id,
    request: `GET ${mount}/metadata/${path}`,
    expected: 'it has a version',
    run: async ({ vault }) => {
      const seen = await vault.read(`${mount}/metadata/${path}`);
      if ('problem' in seen) {
        return unread(id, seen.problem);
      }
      const version = seen.data?.current_version;
      return version > 0
        ? {
            code: '200',
            response: `version ${version}`,
            outcome: 'asExpected',
          }
        : gone(id, true);
    },
  };
}

function compared(id: string, differences: string[]): Finding {
  const more = differences.length - SHOWN;
  const said = [
    ...differences.slice(0, SHOWN),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('; ');
  return said
    ? {
        code: 'DIFFERENT',
        response: said,
        outcome: 'breached',
        reason: `${id} was changed: ${said}`,
      }
    : { code: 'EQUAL', response: 'equal', outcome: 'asExpected' };
}

function gone(id: string, isHarmless: boolean): Finding {
  return {
    code: '404',
    response: `${id} is not there`,
    outcome: isHarmless ? 'inconclusive' : 'breached',
    reason: `${id} is gone`,
  };
}

/** What could not be read shows nothing. */
export function unread(what: string, problem: string): Finding {
  return {
    code: 'NOT-READ',
    response: problem,
    outcome: 'inconclusive',
    reason: `${what} can't be read: ${problem}`,
  };
}

/** Which field, how it is and how it was planned; and who to ask about it. */
export function sayChanged(
  { path, live, planned }: ChangedField,
  object?: KubernetesObject,
): string {
  const manager = object && managerOf(object, path);
  const by = manager
    ? ` (${manager.name}${manager.since ? `, ${manager.since}` : ''})`
    : '';
  return `${path.join('.')} is ${show(shown(path, live))}, planned ${show(
    planned,
  )}${by}`;
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200);
}
