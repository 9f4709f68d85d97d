import { ApiHolder } from '@backstage/frontend-plugin-api';
import { toError } from '@backstage/errors';
import {
  TenantsApi,
  tenantNameProblem,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { platformOf } from '../../hooks';

/**
 * Whether a tenant can be created by a name:
 * - `free`: there is none yet
 * - `own`: there is one of the same owner, which the template brings up to date
 * - `taken`: there is one of somebody else
 * - `unknown`: the backend can't tell now; it is asked again when the task runs
 */
export type Availability =
  | { state: 'free' | 'own' | 'taken' }
  | { state: 'unknown'; message: string };

/** Asks whether a name is free for an owner. */
export async function availabilityOf(
  api: TenantsApi,
  name: string,
  owner: string | undefined,
  signal?: AbortSignal,
): Promise<Availability> {
  try {
    const tenant = await api.getTenant(name, { signal });
    // While no owner is chosen nobody can say whose it would be.
    return { state: !owner || tenant.owner === owner ? 'own' : 'taken' };
  } catch (e) {
    switch ((e as { statusCode?: number }).statusCode) {
      case 404:
        return { state: 'free' };
      case 403:
        return { state: 'taken' };
      default:
        return { state: 'unknown', message: toError(e).message };
    }
  }
}

/** What keeps the form from going on, or `undefined`. */
export async function tenantNameError(
  name: string,
  context: {
    apiHolder: ApiHolder;
    formData: { owner?: unknown };
    namespacePrefix?: string;
  },
): Promise<string | undefined> {
  const api = context.apiHolder.get(tenantsApiRef);
  const platform = api && (await platformOf(api).catch(() => undefined));
  const problem = tenantNameProblem(
    name,
    context.namespacePrefix ?? platform?.namespacePrefix,
  );
  if (problem || !api) {
    return problem;
  }
  const owner = context.formData.owner as string | undefined;
  const { state } = await availabilityOf(api, name, owner);
  return state === 'taken'
    ? `The name ${name} is taken. Choose another one`
    : undefined;
}
