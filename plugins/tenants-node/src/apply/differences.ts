import { isDeepStrictEqual } from 'node:util';
import { KubernetesObject } from '../plan/types';

/**
 * A field that is not as planned.
 *
 * @public
 */
export interface FieldDifference {
  /** Such as `spec.hard.pods` */
  field: string;
  live: unknown;
  planned: unknown;
}

/**
 * Fields in which an apply's answer, or a dry run's, differs from the object that
 * was there, but for what controllers and the API server write on their own.
 */
export function fieldDifferences(
  live: KubernetesObject,
  planned: KubernetesObject,
): FieldDifference[] {
  return compare(withoutBookkeeping(live), withoutBookkeeping(planned), '');
}

function withoutBookkeeping(object: KubernetesObject) {
  const { status, ...rest } = object;
  const {
    managedFields,
    resourceVersion,
    generation,
    // No plan has any: they are the controllers' own.
    finalizers,
    ...metadata
  } = object.metadata;
  return { ...rest, metadata };
}

function compare(
  live: unknown,
  planned: unknown,
  path: string,
): FieldDifference[] {
  if (isDeepStrictEqual(live, planned)) {
    return [];
  }
  if (!isRecord(live) || !isRecord(planned)) {
    return [{ field: path, live, planned }];
  }
  const keys = new Set([...Object.keys(live), ...Object.keys(planned)]);
  return [...keys].flatMap(key =>
    compare(live[key], planned[key], path ? `${path}.${key}` : key),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
