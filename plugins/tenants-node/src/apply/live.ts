import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { Cluster, ClusterView, expectSeen, KubernetesError } from '../clients';
import { ObjectRef } from '../clients/kubernetes';
import { PORTAL_BINDING } from '../plan/access';
import { plannedResources } from '../plan/planned';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  SeedResource,
  TenantPlan,
  VaultResource,
} from '../plan/types';

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
 * In a namespace that lacks its RoleBinding the portal may read nothing. What is
 * there counts as not there, as it does to an apply, which makes the RoleBinding
 * before anything else.
 *
 * @param options - A view where Kubernetes' objects are read, such as from memory,
 * which knows of their writers no more than who and when; default the API server
 * @returns an empty map where there is no namespace and nothing in Vault
 */
export async function readLive(
  plan: TenantPlan,
  { kubernetes, vault }: Cluster,
  { signal, view }: { signal?: AbortSignal; view?: ClusterView } = {},
): Promise<LiveObjects> {
  const limit = pLimit(CONCURRENCY);
  const live: LiveObjects = new Map();
  const kinds = new Map<string, KubernetesResource[]>();
  const inVault: (VaultResource | SeedResource)[] = [];
  for (const resource of plannedResources(plan)) {
    if (resource.type === 'kubernetes') {
      const { kind } = resource.object;
      kinds.set(kind, [...(kinds.get(kind) ?? []), resource]);
    } else {
      inVault.push(resource);
    }
  }

  const readKind = (kind: string) =>
    limit(async () => {
      const wanted = kinds.get(kind)!;
      const { apiVersion, metadata } = wanted[0].object;
      const { namespace } = metadata;
      const name = wanted.length === 1 ? metadata.name : undefined;
      const ref = { apiVersion, kind, namespace, name };
      const found = await (view
        ? expectSeen(
            view.list<KubernetesObject>({ apiVersion, kind }, namespace),
          )
        : read(ref, kubernetes, signal)
      ).catch(error => {
        const isRefused =
          error instanceof KubernetesError && error.status === 403;
        if (isRefused && !live.has(PORTAL_BINDING)) {
          return [];
        }
        throw error;
      });
      for (const object of found) {
        const id = `${kind} ${object.metadata.name}`;
        if (wanted.some(resource => resource.id === id)) {
          live.set(id, { ...object, apiVersion, kind });
        }
      }
    });
  const readKubernetes = async () => {
    const names = [...kinds.keys()];
    await Promise.all(names.filter(isReadable).map(readKind));
    // There is no right to read, and nothing to be read, in no namespace.
    if (live.has(`Namespace ${plan.names.namespace}`)) {
      await Promise.all(names.filter(k => !isReadable(k)).map(readKind));
    }
  };
  await Promise.all([
    readKubernetes(),
    ...inVault.map(resource =>
      limit(async () => {
        const found = await vault.read(vaultPath(resource));
        if (found) {
          live.set(resource.id, found);
        }
      }),
    ),
  ]);
  return live;
}

/** Whether the portal may read objects of a kind wherever they are. */
function isReadable(kind: string): boolean {
  return kind === 'Namespace' || kind === 'RoleBinding';
}

/** Where an object of Vault is read; of an entry its metadata. */
function vaultPath(resource: VaultResource | SeedResource): string {
  return resource.type === 'vault'
    ? resource.path
    : `${resource.mount}/metadata/${resource.path}`;
}

/** One object, or all of its kind where a plan has several. */
async function read(
  ref: ObjectRef,
  kubernetes: Cluster['kubernetes'],
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  if (ref.name) {
    const one = await kubernetes.get(ref, { signal });
    return one ? [one] : [];
  }
  try {
    return (await kubernetes.list(ref, { signal })).items;
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
  const { apiVersion, kind, status, metadata, ...rest } = object;
  const { uid, labels, annotations = {}, deletionTimestamp } = metadata;
  const own = Object.entries(annotations).filter(([key]) =>
    key.startsWith('threewalls.io/'),
  );
  return {
    apiVersion,
    kind,
    ...rest,
    metadata: { uid, labels, own, deletionTimestamp },
  };
}

/**
 * Who has written live objects, and when: others when somebody else has.
 *
 * @public
 */
export function writersOf(live: LiveObjects): string {
  const writers = [...live.keys()].sort().map(id => [
    id,
    live
      .get(id)
      .metadata?.managedFields?.filter(({ subresource }: any) => !subresource)
      .map(({ manager, time }: any) => [manager, time]),
  ]);
  return JSON.stringify(writers);
}

/** A planned resource as a record keeps it: what is written, and no more. */
export type AppliedResource = Exclude<PlannedResource, { type: 'seed' }>;
