import {
  CompoundEntityRef,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  PreviewRequest,
  TenantsApi,
  tenantNameProblem,
} from '@threewalls/backstage-plugin-tenants-common';

/** What a form says of a tenant. */
export interface PreviewInput {
  /** The one that there is; none where one is created */
  tenant?: string;
  /** All of it where one is created, and only what is to change of one that there is */
  changes: Partial<PreviewRequest>;
}

/**
 * Reads what is to be previewed from a form's values: `name` and `owner` of a new
 * tenant, or `tenant`, one that there is. Anything else in the form, such as a
 * password, is left where it is.
 *
 * @returns `undefined` while the form does not say enough
 */
export function previewInputOf(
  formData: Record<string, unknown> = {},
): PreviewInput | undefined {
  const tenant = tenantOf(formData);
  const changes = changesOf(formData);
  if (tenant) {
    return { tenant, changes };
  }
  const { name } = formData;
  const owner = ownerOf(formData);
  return typeof name === 'string' && owner && !tenantNameProblem(name)
    ? {
        changes: { egress: { hosts: [], cidrs: [] }, ...changes, name, owner },
      }
    : undefined;
}

/** The name of the tenant that a form is about: its entity has the same. */
export function tenantOf({ tenant }: Record<string, unknown> = {}) {
  return parsed(tenant, 'resource')?.name;
}

/** Entity ref of the owner that a form names: a form has it as short as can be. */
export function ownerOf({ owner }: Record<string, unknown> = {}) {
  const ref = parsed(owner, 'group');
  return ref && stringifyEntityRef(ref);
}

/** What a form's value refers to; nothing where it refers to nothing. */
function parsed(
  value: unknown,
  defaultKind: string,
): CompoundEntityRef | undefined {
  try {
    return parseEntityRef(value as string, { defaultKind });
  } catch {
    return undefined;
  }
}

/** The request of a preview; what the form leaves out, the tenant's spec says. */
export async function previewRequestOf(
  api: TenantsApi,
  { tenant, changes }: PreviewInput,
  signal: AbortSignal,
): Promise<PreviewRequest> {
  const current = tenant ? await api.getTenant(tenant, { signal }) : undefined;
  return { ...current?.spec, ...changes } as PreviewRequest;
}

function changesOf(formData: Record<string, unknown>): Partial<PreviewRequest> {
  const { cluster, size, email, allowInternet } = formData;
  const { egressHosts, egressCidrs } = formData;
  const hasEgress = Array.isArray(egressHosts) || Array.isArray(egressCidrs);
  return {
    ...(isText(cluster) && { cluster }),
    ...(isText(size) && { size }),
    ...(isText(email) && { email }),
    ...(typeof allowInternet === 'boolean' && { allowInternet }),
    ...(hasEgress && {
      egress: { hosts: texts(egressHosts), cidrs: texts(egressCidrs) },
    }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}
