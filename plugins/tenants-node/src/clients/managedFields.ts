import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../plan/types';

/** A set of fields as the API server writes it down: `f:` fields, `k:` items by key. */
interface FieldSet {
  [key: string]: FieldSet;
}

/** An entry of an object's `managedFields`. */
export interface ManagedFields {
  manager: string;
  operation: string;
  apiVersion: string;
  /** RFC 3339 */
  time?: string;
  fieldsType: string;
  fieldsV1?: FieldSet;
  /** Such as `status` or `scale` */
  subresource?: string;
}

/** Who has written a field that is the portal's, and when. */
export interface ForeignField {
  /** Such as `spec.template.spec.containers.0.command` */
  field: string;
  manager: string;
  since?: string;
}

/** What a controller or the API server may write in any object of ours. */
const THEIRS = ['f:metadata', 'f:status'];

/**
 * Fields of a live object, of its metadata none, that somebody else than the
 * portal has written: through the object itself, not through a subresource.
 */
export function foreignFields(live: KubernetesObject): ForeignField[] {
  return entriesOf(live)
    .filter(isForeign)
    .flatMap(({ manager, time, fieldsV1 }) =>
      leaves(part(fieldsV1, false), live, '').map(field => ({
        field,
        manager,
        ...(time && { since: time }),
      })),
    );
}

/** Who else than the portal has written a field, the most precise entry of all. */
export function writerOf(
  live: KubernetesObject,
  field: string,
): ManagedFields | undefined {
  const found = entriesOf(live)
    .filter(({ manager }) => manager !== FIELD_MANAGER)
    .map(entry => ({
      entry,
      depth: depthOf(entry.fieldsV1 ?? {}, live, field),
    }))
    .filter(({ depth }) => depth > 0)
    .sort((a, b) => b.depth - a.depth);
  return found[0]?.entry;
}

/**
 * The entries of an object with all foreign fields handed to the portal: an apply
 * then takes away those that it does not send. `undefined` where there are none.
 */
export function takenBack(live: KubernetesObject): ManagedFields[] | undefined {
  const entries = entriesOf(live);
  const taken = entries
    .filter(isForeign)
    .map(({ fieldsV1 }) => part(fieldsV1, false))
    .filter(fields => Object.keys(fields).length > 0);
  if (taken.length === 0) {
    return undefined;
  }
  const isOurs = (entry: ManagedFields) =>
    entry.manager === FIELD_MANAGER && entry.operation === 'Apply';
  const ours = entries.find(isOurs);
  const rest = entries.flatMap(entry => {
    if (isOurs(entry) || !isForeign(entry)) {
      return isOurs(entry) ? [] : [entry];
    }
    const fieldsV1 = part(entry.fieldsV1, true);
    return Object.keys(fieldsV1).length > 0 ? [{ ...entry, fieldsV1 }] : [];
  });
  return [
    ...rest,
    {
      manager: FIELD_MANAGER,
      operation: 'Apply',
      apiVersion: live.apiVersion,
      time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      fieldsType: 'FieldsV1',
      fieldsV1: taken.reduce(merged, ours?.fieldsV1 ?? {}),
    },
  ];
}

function entriesOf(live: KubernetesObject): ManagedFields[] {
  return (live.metadata.managedFields as ManagedFields[] | undefined) ?? [];
}

function isForeign({ manager, subresource }: ManagedFields): boolean {
  return manager !== FIELD_MANAGER && !subresource;
}

/** Those fields that are theirs, or all others. */
function part(fields: FieldSet = {}, areTheirs: boolean): FieldSet {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([key]) => THEIRS.includes(key) === areTheirs,
    ),
  );
}

function merged(a: FieldSet, b: FieldSet): FieldSet {
  const all = { ...a };
  for (const [key, fields] of Object.entries(b)) {
    all[key] = merged(all[key] ?? {}, fields);
  }
  return all;
}

/** Paths of a set's leaves in the object that has them. */
function leaves(fields: FieldSet, live: unknown, path: string): string[] {
  const inner = Object.entries(fields).filter(([key]) => key !== '.');
  if (inner.length === 0) {
    return path ? [path] : [];
  }
  return inner.flatMap(([key, below]) => {
    const step = stepOf(key, live);
    return step === undefined
      ? []
      : leaves(
          below,
          (live as Record<string, unknown>)[step],
          path ? `${path}.${step}` : step,
        );
  });
}

/** How many steps of a path a set goes along with; 0 where it has not that field. */
function depthOf(fields: FieldSet, live: unknown, path: string): number {
  const inner = Object.keys(fields).filter(key => key !== '.');
  if (inner.length === 0) {
    // The whole of what is here, such as a list that is replaced as one.
    return 1;
  }
  for (const key of inner) {
    const step = stepOf(key, live);
    const below = (live as Record<string, unknown> | undefined)?.[step ?? ''];
    if (step === path) {
      return 2;
    }
    // A key may have dots of its own.
    if (step !== undefined && path.startsWith(`${step}.`)) {
      const depth = depthOf(fields[key], below, path.slice(step.length + 1));
      return depth && depth + 1;
    }
  }
  return 0;
}

/** The key or index that a key of a set means in the live object. */
function stepOf(key: string, live: unknown): string | undefined {
  const [, type, text] = /^([fkvi]):(.*)$/s.exec(key) ?? [];
  if (type === 'f' || type === 'i') {
    return text;
  }
  if (!Array.isArray(live) || !text) {
    return undefined;
  }
  const wanted = JSON.parse(text);
  const index = live.findIndex(item =>
    type === 'v'
      ? item === wanted
      : Object.entries(wanted).every(
          ([field, value]) => item?.[field] === value,
        ),
  );
  return index < 0 ? undefined : String(index);
}
