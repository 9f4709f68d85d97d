import pLimit from 'p-limit';
import { Cluster, KubernetesError } from '../clients';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  Stage,
  TenantPlan,
} from '../plan/types';
import { vaultDifferences } from './applyVault';
import { FieldDifference, fieldDifferences } from './differences';
import { checkOwnership } from './ownership';

const CONCURRENCY = 16;
/** Times an object is looked at that changes between two requests. */
const ATTEMPTS = 5;

/**
 * What an apply would do to one resource.
 *
 * @public
 */
export interface ResourceDifference {
  stage: Stage;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  change: 'create' | 'update' | 'none';
  fields: FieldDifference[];
}

/**
 * Asks the world what differs from a plan: a server-side dry run of each object
 * and a read of each Vault object. Changes nothing. With no namespace yet only
 * the namespace is asked; the rest would be created.
 *
 * @throws ConflictError for an object of somebody else's
 * @public
 */
export async function diffPlan(
  plan: TenantPlan,
  cluster: Cluster,
  options: { adopt?: boolean; signal?: AbortSignal } = {},
): Promise<ResourceDifference[]> {
  const limit = pLimit(CONCURRENCY);
  const all = plan.stages.flatMap(stage =>
    stage.resources.map(resource => ({ stage: stage.name, resource })),
  );
  const namespace = await cluster.kubernetes.get(
    { apiVersion: 'v1', kind: 'Namespace', name: plan.names.namespace },
    options,
  );
  if (!namespace) {
    return all.map(({ stage, resource }) => ({
      stage,
      id: resource.id,
      change: 'create',
      fields: [],
    }));
  }
  const { name, owner } = plan.spec;
  checkOwnership(namespace, name, options.adopt ?? false, owner);
  return Promise.all(
    all.map(({ stage, resource }) =>
      limit(async () => ({
        stage,
        id: resource.id,
        ...(await diffResource(resource, plan, cluster, options)),
      })),
    ),
  );
}

async function diffResource(
  resource: PlannedResource,
  plan: TenantPlan,
  cluster: Cluster,
  options: { adopt?: boolean; signal?: AbortSignal },
): Promise<Pick<ResourceDifference, 'change' | 'fields'>> {
  if (resource.type === 'seed') {
    const { mount, path } = resource;
    const metadata = await cluster.vault.read(`${mount}/metadata/${path}`);
    return { change: metadata ? 'none' : 'create', fields: [] };
  }
  if (resource.type === 'vault') {
    const live = await cluster.vault.read(resource.path);
    return changeOf(live, live ? vaultDifferences(resource, live) : []);
  }
  return diffObject(resource, plan, cluster, options);
}

async function diffObject(
  resource: KubernetesResource,
  plan: TenantPlan,
  cluster: Cluster,
  options: { adopt?: boolean; signal?: AbortSignal },
): Promise<Pick<ResourceDifference, 'change' | 'fields'>> {
  const { object } = resource;
  const { name, namespace } = object.metadata;
  for (let attempt = 1; ; attempt++) {
    const live = await cluster.kubernetes.get(
      { apiVersion: object.apiVersion, kind: object.kind, namespace, name },
      options,
    );
    if (!live) {
      return changeOf(undefined, []);
    }
    checkOwnership(live, plan.spec.name, options.adopt ?? false);
    if (resource.once) {
      return changeOf(live, []);
    }
    const applied = await cluster.kubernetes.apply(object, {
      dryRun: true,
      force: true,
      signal: options.signal,
    });
    if (applied.status >= 300) {
      throw KubernetesError.fromResponse(
        { method: 'dry run of', path: resource.id },
        applied,
      );
    }
    const planned = applied.body as KubernetesObject;
    // A dry run answers with the version that it was made upon. Where that is
    // another, a controller was at work between the two requests, and what it
    // wrote would read as a difference.
    const isSame =
      planned.metadata.resourceVersion === live.metadata.resourceVersion;
    if (isSame || attempt === ATTEMPTS) {
      return changeOf(live, fieldDifferences(live, planned));
    }
  }
}

function changeOf(
  live: unknown,
  fields: FieldDifference[],
): Pick<ResourceDifference, 'change' | 'fields'> {
  if (!live) {
    return { change: 'create', fields: [] };
  }
  return { change: fields.length > 0 ? 'update' : 'none', fields };
}
