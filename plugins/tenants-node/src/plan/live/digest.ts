import { createHash } from 'node:crypto';
import { ObjectException } from '../../config/platform';
import { KubernetesObject } from '../types';

/** Characters of a digest: enough that nobody makes a second one by chance. */
const LENGTH = 16;

/**
 * What an object says, in a few characters: all of it but its metadata and its
 * status, whatever the order of its fields.
 */
export function digestOf(object: KubernetesObject): string {
  const { apiVersion, kind, metadata, status, ...said } = object;
  return createHash('sha256')
    .update(canonicalJson(said))
    .digest('hex')
    .slice(0, LENGTH);
}

/** Whether config makes an exception of an object, as it is now. */
export function isExcepted(
  object: KubernetesObject,
  exceptions: readonly ObjectException[],
): boolean {
  return exceptions.some(
    ({ kind, name, digest }) =>
      kind === object.kind &&
      name === object.metadata.name &&
      digest === digestOf(object),
  );
}

/** The same text for the same content, in whatever order its fields are. */
export function canonicalJson(content: unknown): string {
  const text = JSON.stringify(content, (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  );
  return text ?? '';
}
