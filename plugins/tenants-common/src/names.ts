/** Longest namespace name, in characters (RFC 1123 label). */
const MAX_NAMESPACE_LENGTH = 63;

/**
 * Prefix of tenants' namespaces where config says no other.
 *
 * @public
 */
export const DEFAULT_NAMESPACE_PREFIX = 'web-tenant-';

const RESERVED = new Set([
  'canary',
  'ram',
  'drill-a',
  'drill-b',
  'default',
  'system',
  'platform',
]);
const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Says why a string can't be a tenant's name, or `undefined` when it can.
 *
 * A name is an RFC 1123 label that begins with a letter (a Service name must),
 * short enough for `PREFIX + name` to be a namespace, and not one that the
 * platform keeps for itself: `canary`, `ram`, `drill-a` and `drill-b` are the
 * platform's own namespaces beside the tenants, `kube-` is Kubernetes' own prefix.
 *
 * @public
 */
export function tenantNameProblem(
  name: string,
  namespacePrefix: string = DEFAULT_NAMESPACE_PREFIX,
): string | undefined {
  if (!name) {
    return 'A tenant needs a name';
  }
  const longest = MAX_NAMESPACE_LENGTH - namespacePrefix.length;
  if (name.length > longest) {
    return `A tenant's name has ${longest} characters at most, so that ${namespacePrefix}NAME fits in a namespace's ${MAX_NAMESPACE_LENGTH}; this one has ${name.length}`;
  }
  if (!LABEL.test(name)) {
    return `A tenant's name has lower-case letters (a-z), digits and dashes only, begins with a letter and ends with a letter or digit`;
  }
  if (RESERVED.has(name) || name.startsWith('kube-')) {
    return `The name ${name} is reserved by the platform: choose another`;
  }
  return undefined;
}
