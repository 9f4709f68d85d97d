import { quote, say, Wall } from '@threewalls/backstage-plugin-tenants-common';
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
import { asExpected, breached, finding, firstOf } from './finding';
import { known, listed, stateAttempt } from './reading';

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
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  return stateAttempt('kubernetes', {
    key: id,
    target: [kind, [namespace, name].filter(Boolean).join('/')].join(' '),
    request: `list ${kind}s, and compare ${name} with the plan field by field`,
    expected: 'equal',
    run: async ({ view }) => {
      const live = named(
        await listed<KubernetesObject>(view, object, namespace, id),
        name,
      );
      return live
        ? compared(
            id,
            changedFields(object, live).map(field => sayChanged(field, live)),
          )
        : gone(id, GIVES_NOTHING_AWAY.includes(kind));
    },
  });
}

/** The live policy or role of the tenant. */
function vaultAsPlanned(resource: VaultResource): Attempt {
  const { id, path } = resource;
  return stateAttempt('vault', {
    key: id,
    target: id,
    request: `GET ${path}, and compare it with the plan field by field`,
    expected: 'equal',
    run: async ({ vault }) => {
      const { data } = await known(id, vault.read(path));
      // The login says so too.
      return data
        ? compared(
            id,
            changedVaultFields(resource, data).map(field => sayChanged(field)),
          )
        : gone(id, true);
    },
  });
}

/** The KV entry is there; what is in it nobody looks at. */
function seedIsThere({ id, mount, path }: SeedResource): Attempt {
  return stateAttempt('vault', {
    key: id,
    target: id,
    request: `GET ${mount}/metadata/${path}`,
    expected: 'it has a version',
    run: async ({ vault }) => {
      const { data } = await known(id, vault.read(`${mount}/metadata/${path}`));
      const version = data?.current_version;
      return version > 0
        ? asExpected('200', `version ${version}`)
        : gone(id, true);
    },
  });
}

function compared(id: string, differences: string[]): Finding {
  const said = firstOf(SHOWN, differences.map(quote)).summary;
  return said
    ? breached('DIFFERENT', said, say('wasChanged', { what: id, found: said }))
    : asExpected('EQUAL', 'equal');
}

function gone(id: string, isHarmless: boolean): Finding {
  return finding(
    isHarmless ? 'inconclusive' : 'breached',
    '404',
    `${id} is not there`,
    say('gone', { what: id }),
  );
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
