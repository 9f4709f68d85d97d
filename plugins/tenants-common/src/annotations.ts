/**
 * Label on everything that Threewalls makes for a tenant, with its name.
 *
 * @public
 */
export const TENANT_LABEL = 'threewalls.io/tenant';

/**
 * Annotation of a catalog entity that stands for a tenant: the tenant's name.
 * The entity card is shown where it is set.
 *
 * @public
 */
export const TENANT_ANNOTATION = 'threewalls.io/tenant';

/**
 * Annotation of a tenant's namespace with its spec, as JSON and without
 * secrets. Resize, diff, proofs and the catalog read it there.
 *
 * @public
 */
export const SPEC_ANNOTATION = 'threewalls.io/spec';

/**
 * Annotation with the owner's entity ref on everything made for a tenant.
 *
 * @public
 */
export const OWNER_ANNOTATION = 'threewalls.io/owner';

/**
 * Label by which an administrator allows a namespace that is not ours to be
 * adopted. The admission policy under deploy/ looks for it too.
 *
 * @public
 */
export const ADOPT_LABEL = 'threewalls.io/adopt';

/**
 * Field manager of every write, and value of the managed-by label.
 *
 * @public
 */
export const FIELD_MANAGER = 'threewalls';

/** @public */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';

/**
 * Type of the catalog Resource that stands for a tenant.
 *
 * @public
 */
export const TENANT_ENTITY_TYPE = 'n8n-tenant';
