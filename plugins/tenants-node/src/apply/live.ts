import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { Cluster, KubernetesError } from '../clients';
import { ObjectRef } from '../clients/kubernetes';
import { KubernetesObject, PlannedResource, TenantPlan } from '../plan/types';

/** Requests under way at once. */
const CONCURRENCY = 16;

/**
 * What there is of a plan: the live objects of Kubernetes and Vault by the ids of
 * the plan's resources. Of an entry in Vault its metadata, never a value.
 */
export type LiveObjects = Map<string, any>;

/**
 * Reads all that a plan names, one request for all objects of a kind.
 *
 * @returns an empty map where there is no namespace and nothing in Vault
 */
export async function readLive(
  plan: TenantPlan,
  { kubernetes, vault }: Cluster,
  options: { signal?: AbortSignal } = {},
): Promise<LiveObjects> {
  const { namespace: name } = plan.names;
  const namespace = await kubernetes.get(
    { apiVersion: 'v1', kind: 'Namespace', name },
    options,
  );
  const limit = pLimit(CONCURRENCY);
  const kinds = new Map<string, { collection: ObjectRef; ids: string[] }>();
  const live: LiveObjects = new Map();
  const reads: Promise<void>[] = [];
  for (const resource of plan.stages.flatMap(stage => stage.resources)) {
    const { id } = resource;
    if (resource.type === 'kubernetes') {
      const { apiVersion, kind, metadata } = resource.object;
      const { namespace } = metadata;
      const known = kinds.get(`${apiVersion}/${kind}`);
      const collection = { apiVersion, kind, namespace };
      kinds.set(`${apiVersion}/${kind}`, {
        collection: known ? collection : { ...collection, name: metadata.name },
        ids: [...(known?.ids ?? []), id],
      });
    } else {
      const path =
        resource.type === 'vault'
          ? resource.path
          : `${resource.mount}/metadata/${resource.path}`;
      reads.push(
        limit(async () => {
          const found = await vault.read(path);
          if (found) {
            live.set(id, found);
          }
        }),
      );
    }
  }
  // The portal's rights are in the namespace: without one there are none.
  for (const { collection, ids } of namespace ? kinds.values() : []) {
    reads.push(
      limit(async () => {
        const { apiVersion, kind } = collection;
        const found = await read(collection, kubernetes, options);
        for (const object of found) {
          const id = `${kind} ${object.metadata.name}`;
          if (ids.includes(id)) {
            live.set(id, { ...object, apiVersion, kind });
          }
        }
      }),
    );
  }
  await Promise.all(reads);
  return live;
}

/** One object, or all of its kind where a plan has several. */
async function read(
  ref: ObjectRef,
  kubernetes: Cluster['kubernetes'],
  options: { signal?: AbortSignal },
): Promise<KubernetesObject[]> {
  if (ref.name) {
    const one = await kubernetes.get(ref, options);
    return one ? [one] : [];
  }
  try {
    return (await kubernetes.list(ref, options)).items;
  } catch (error) {
    // Of a kind that the cluster does not know there is none.
    if (error instanceof KubernetesError && error.status === 404) {
      return [];
    }
    throw error;
  }
}

/**
 * A digest of all that is in live objects, but for what controllers and the API
 * server write on their own: another one when somebody has changed something.
 */
export function digestOf(live: LiveObjects): string {
  const hash = createHash('sha256');
  for (const id of [...live.keys()].sort()) {
    hash.update(JSON.stringify([id, significant(live.get(id))]));
  }
  return hash.digest('hex');
}

/** An object without what controllers and the API server write on their own. */
export function significant(object: any): unknown {
  if (!object?.metadata) {
    return object;
  }
  const { status, metadata, ...rest } = object;
  const { uid, labels, annotations = {}, deletionTimestamp } = metadata;
  const own = Object.entries(annotations).filter(([key]) =>
    key.startsWith('threewalls.io/'),
  );
  return { ...rest, metadata: { uid, labels, own, deletionTimestamp } };
}

/** A planned resource as a record keeps it: what is written, and no more. */
export type AppliedResource = Exclude<PlannedResource, { type: 'seed' }>;
