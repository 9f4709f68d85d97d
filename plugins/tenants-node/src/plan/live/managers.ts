import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../types';

/** Who wrote a field last, and when. */
export interface FieldManager {
  name: string;
  /** ISO 8601 */
  since?: string;
}

interface ManagedFields {
  manager?: string;
  time?: string;
  fieldsV1?: Fields;
}

/** As the API server keeps them: `f:NAME` for a field, `k:{…}` for an element of a keyed list. */
interface Fields {
  [key: string]: Fields;
}

/**
 * Who besides the portal manages a field, by the object's own bookkeeping: what
 * to ask first, and no evidence, since who may change an object may change that
 * too.
 */
export function managerOf(
  object: KubernetesObject,
  path: string[],
): FieldManager | undefined {
  const managed = (object.metadata.managedFields ?? []) as ManagedFields[];
  const owners = managed
    .filter(({ manager }) => manager !== FIELD_MANAGER)
    .map(({ manager = 'unknown', time, fieldsV1 = {} }) => ({
      name: manager,
      since: time,
      depth: depthOf(fieldsV1, path, object),
    }))
    .filter(({ depth }) => depth > 0);
  const [closest] = owners.sort((a, b) => b.depth - a.depth);
  return closest && { name: closest.name, since: closest.since };
}

/** How far along the path a manager owns fields; 0 where it owns none of it. */
function depthOf(
  fields: Fields,
  path: string[],
  value: unknown,
  depth = 0,
): number {
  const [key, ...rest] = path;
  if (key === undefined) {
    return depth;
  }
  const child = (value as Record<string, unknown> | undefined)?.[key];
  const next = fields[`f:${key}`] ?? elementOf(fields, child);
  if (next) {
    return depthOf(next, rest, child, depth + 1);
  }
  // Of a list or a map that is managed as a whole nothing more is said.
  const isWhole = Object.keys(fields).length === 0;
  return isWhole ? depth : 0;
}

/** The fields of a list's element, which is known by some fields of its own. */
function elementOf(fields: Fields, element: unknown): Fields | undefined {
  const found = Object.keys(fields).find(key => {
    if (!key.startsWith('k:')) {
      return false;
    }
    const wanted = Object.entries(JSON.parse(key.slice(2)));
    return wanted.every(([name, value]) => (element as any)?.[name] === value);
  });
  return found === undefined ? undefined : fields[found];
}
