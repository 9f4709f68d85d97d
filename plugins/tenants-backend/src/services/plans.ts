import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  DriftItem,
  PreviewRequest,
  PreviewResource,
  SPEC_ANNOTATION,
  TenantPreview,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  asApplied,
  checkCapacity,
  Clusters,
  differences,
  diffPlan,
  n8nUrl,
  outdatedResources,
  Platform,
  planTenant,
  previewAdoption,
  readLive,
  renderPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { TenantStore } from '../database/TenantStore';
import { Tenant } from '../inventory/Inventory';
import { Operations } from '../operations/Operations';

export interface PlansOptions {
  platform: Platform;
  clusters: Clusters;
  store: TenantStore;
  door: Operations;
}

/**
 * Says what an apply of a spec would do, to one who could have it applied.
 *
 * @throws InputError for a bad spec, with the field
 * @throws NotAllowedError for one who may neither create nor change it
 */
export async function previewPlan(
  { adopt, files, from, ...asked }: PreviewRequest,
  credentials: BackstageCredentials,
  options: PlansOptions,
  signal?: AbortSignal,
): Promise<TenantPreview> {
  const { platform, clusters, store, door } = options;
  const { spec, existing } = await door.authorizedSpec(
    asked.name,
    { kind: 'apply', spec: asked, adopt, from },
    credentials,
  );
  const plan = planTenant(spec, platform);
  const cluster = clusters.get(spec.cluster);
  const known = existing ?? (await store.findRemoved(spec));
  const applied = known ? await store.applied(known.uid) : {};
  let refusal: string | undefined;
  let isTheirs = false;
  const refuse = (error: Error) => {
    refusal ??= error.message;
  };
  const [resources, adoption] = await Promise.all([
    diffPlan(plan, cluster, {
      adopt: adopt || from !== undefined,
      applied,
      uid: known?.uid ?? '',
      signal,
      onRefusal: error => {
        isTheirs = true;
        refuse(error);
      },
    }),
    from && previewAdoption(from, plan, cluster, { signal }),
    checkCapacity(plan, cluster, { signal }).catch(error => {
      if (!isError(error) || error.name !== 'InputError') {
        throw error;
      }
      refuse(error);
    }),
  ]);
  // Every tenant's, which is there before any.
  const given = new Set(
    plan.stages.flatMap(stage =>
      stage.resources.flatMap(resource =>
        resource.type === 'vault' && resource.given ? resource.id : [],
      ),
    ),
  );
  if (adoption?.problems.length) {
    refusal ??= adoption.problems.join('; ');
  }
  return {
    namespace: plan.names.namespace,
    cluster: spec.cluster,
    exists: existing !== undefined,
    present:
      isTheirs ||
      resources.some(({ id, change }) => change !== 'create' && !given.has(id)),
    url: n8nUrl(spec, cluster.config),
    names: plan.names,
    // What differs was read as JSON. That the spec is noted as well says nothing new.
    resources: (resources as PreviewResource[]).map(resource => ({
      ...resource,
      fields: resource.fields.filter(
        ({ field }) => !field.endsWith(SPEC_ANNOTATION),
      ),
    })),
    ...(refusal && { refusal }),
    ...(adoption && { adoption }),
    ...(files && { files: renderPlan(plan) }),
  };
}

/**
 * What of a tenant others have changed since it was applied, and what is as it was
 * applied but planned otherwise today.
 */
export async function detectDrift(
  tenant: Tenant,
  { platform, clusters, store }: Omit<PlansOptions, 'door'>,
): Promise<DriftItem[]> {
  const plan = planTenant(tenant.spec, platform);
  const applied = await store.applied(tenant.uid);
  const cluster = clusters.get(tenant.cluster);
  const before = asApplied(plan, applied);
  const live = await readLive(before, cluster);
  const namespace = live.get(`Namespace ${plan.names.namespace}`);
  if (namespace && namespace.metadata.uid !== tenant.uid) {
    // Another is in its place, of which this tenant's owner sees nothing.
    [...live.keys()]
      .filter(id => !id.startsWith('Vault '))
      .forEach(id => live.delete(id));
  }
  const changed = differences(before, live).filter(
    ({ change }) => change !== 'none',
  );
  const ids = new Set(changed.map(({ id }) => id));
  const outdated = Object.keys(applied).length
    ? outdatedResources(plan, applied).filter(id => !ids.has(id))
    : [];
  const today = new Map(
    differences(plan, live, applied).map(item => [item.id, item]),
  );
  return [
    ...(changed as DriftItem[]),
    ...outdated.flatMap(id => {
      const item = today.get(id);
      return item && item.change !== 'none'
        ? [{ ...(item as DriftItem), outdated: true }]
        : [];
    }),
  ];
}
