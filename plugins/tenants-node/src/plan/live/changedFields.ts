import { canonicalQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../types';
import { isAdded, isFree } from './defaults';

/**
 * A field that is not as planned.
 *
 * @public
 */
export interface ChangedField {
  /** From the object's root: keys, and indices of lists */
  path: string[];
  /** `undefined` where it is absent */
  live: unknown;
  /** `undefined` where the plan has no such field */
  planned: unknown;
}

/** Fields whose values are quantities, whatever their names. */
const QUANTITIES = new Set([
  'default',
  'defaultRequest',
  'hard',
  'limits',
  'max',
  'min',
  'requests',
]);

/** Other fields that are a quantity themselves. */
const QUANTITY = new Set(['sizeLimit']);

/**
 * Where a live object is not as planned: everything that was sent has to be
 * there, and anything more has to be what the API server itself adds to an
 * object of the kind. No answer of the API server's is the reference: what
 * changes objects on their way in would change both alike.
 *
 * Quantities are equal where they stand for the same (`0.5` and `500m`). Of the
 * metadata what tells nothing of a wall is left out: status, versions, owners,
 * and labels and annotations of others, where the kind gives them no meaning.
 */
export function changedFields(
  planned: KubernetesObject,
  live: KubernetesObject,
): ChangedField[] {
  return [...compare(planned, live, [], planned.kind)];
}

function* compare(
  planned: unknown,
  live: unknown,
  path: string[],
  kind: string,
): Generator<ChangedField> {
  if (isList(planned) && isList(live)) {
    for (let i = 0; i < Math.max(planned.length, live.length); i++) {
      const next = [...path, String(i)];
      if (i < planned.length || !isAdded(kind, next, live[i])) {
        yield* compare(planned[i], live[i], next, kind);
      }
    }
  } else if (isMap(planned) && isMap(live)) {
    for (const key of new Set([
      ...Object.keys(planned),
      ...Object.keys(live),
    ])) {
      const next = [...path, key];
      if (isFree(kind, next)) {
        continue;
      }
      if (key in planned) {
        yield* compare(planned[key], live[key], next, kind);
      } else if (!isAbsent(live[key]) && !isAdded(kind, next, live[key])) {
        yield { path: next, live: live[key], planned: undefined };
      }
    }
  } else if (!isSame(planned, live, path)) {
    yield { path, live, planned };
  }
}

function isSame(planned: unknown, live: unknown, path: string[]): boolean {
  if (planned === live || (isAbsent(planned) && isAbsent(live))) {
    return true;
  }
  const [parent, key] = path.slice(-2);
  return (
    (QUANTITIES.has(parent) || QUANTITY.has(key)) &&
    isScalar(planned) &&
    isScalar(live) &&
    canonicalQuantity(String(planned)) === canonicalQuantity(String(live))
  );
}

/** The API server keeps an empty text or list as none. */
function isAbsent(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
