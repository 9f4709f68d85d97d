import { InputError } from '@backstage/errors';

/** Parts of a full entity ref. */
export function parseEntityRef(ref: string): {
  kind: string;
  namespace: string;
  name: string;
} {
  const match = /^([^:/]+):([^:/]+)\/([^:/]+)$/.exec(ref);
  if (!match) {
    throw new InputError(
      `${ref} is not a full entity ref, such as group:default/guests`,
    );
  }
  const [, kind, namespace, name] = match;
  return { kind, namespace, name };
}
