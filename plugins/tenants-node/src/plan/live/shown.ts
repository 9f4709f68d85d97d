/** Where people put what nobody else may see, though it is no place for it. */
const PRIVATE = new Set([
  'annotations',
  'args',
  'command',
  'data',
  'env',
  'stringData',
]);

/** What stands where a value is kept back. */
const KEPT_BACK = '(not shown)';

/**
 * A live value as it may be shown to whoever may read the tenant: what others have
 * written into environment, arguments or annotations may be a secret, and is kept
 * back. Names stay, values go.
 */
export function shown(
  path: readonly string[],
  value: unknown,
  isPrivate = path.some(key => PRIVATE.has(key)),
): unknown {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [
      key,
      shown([key], inner, isPrivate || PRIVATE.has(key)),
    ]);
    return Array.isArray(value)
      ? entries.map(([, inner]) => inner)
      : Object.fromEntries(entries);
  }
  const isName = path[path.length - 1] === 'name';
  return isPrivate && !isName && value !== undefined && value !== null
    ? KEPT_BACK
    : value;
}
