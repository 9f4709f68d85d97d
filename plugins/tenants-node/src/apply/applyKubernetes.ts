import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { Cluster, KubernetesError, objectPath } from '../clients';
import { KubernetesResponse } from '../clients/kubernetes';
import { KubernetesObject, KubernetesResource } from '../plan/types';
import { fieldDifferences } from './differences';
import { checkOwnership } from './ownership';

/** Milliseconds between tries of what the API server can't do just yet: at first, and at most. */
const RETRY_MS = { first: 10, most: 250 };
/** Tries in a namespace that this run has made, and in any other. */
const TRIES = { fresh: 20, other: 8 };

/** What the apply of one resource is told of the run it belongs to. */
export interface ApplyContext {
  cluster: Cluster;
  tenant: string;
  owner: string;
  adopt: boolean;
  /** The namespace was made by this run */
  fresh: boolean;
  signal?: AbortSignal;
}

/** Server-side apply of one object, after a look at whose it is. */
export async function applyKubernetes(
  resource: KubernetesResource,
  context: ApplyContext,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { kubernetes } = context.cluster;
  const { object } = resource;
  const { signal } = context;
  let live: KubernetesObject | undefined;
  if (!context.fresh) {
    const path = objectPath({
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: object.metadata.namespace,
      name: object.metadata.name,
    });
    const look = { method: 'GET', path, signal } as const;
    const found = await withPatience(object, context, () =>
      kubernetes.request<KubernetesObject>(look),
    );
    if (found.status >= 300 && found.status !== 404) {
      throw KubernetesError.fromResponse(look, found);
    }
    live = found.status === 404 ? undefined : found.body;
    if (live) {
      checkOwnership(live, context.tenant, context.adopt, context.owner);
      if (live.metadata.deletionTimestamp) {
        throw new ConflictError(
          `${object.kind} ${object.metadata.name} is being deleted: wait until it is gone, then run this again`,
        );
      }
    }
  }
  if (live && resource.once) {
    return 'unchanged';
  }
  const response = await withPatience(object, context, () =>
    kubernetes.apply(object, { force: context.adopt, signal }),
  );
  if (response.status >= 300) {
    throw refusal(resource, response);
  }
  if (response.status === 201) {
    return 'created';
  }
  // By content: a controller may have written its status since the look.
  return live && fieldDifferences(live, response.body).length === 0
    ? 'unchanged'
    : 'updated';
}

/**
 * Sends a request again for a moment while the API server's own caches catch up
 * with what has just been made: the portal's RoleBinding in a new namespace
 * (403), the namespace itself (404). A run that resumes another may be just as
 * early as the one that made them.
 */
async function withPatience(
  object: KubernetesObject,
  context: ApplyContext,
  send: () => Promise<KubernetesResponse<any>>,
): Promise<KubernetesResponse<any>> {
  const tries = context.fresh ? TRIES.fresh : TRIES.other;
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    const mayPass =
      object.kind !== 'Namespace' &&
      (response.status === 403 || (context.fresh && response.status === 404)) &&
      !isAdmission(response) &&
      !isUnknownKind(response);
    if (!mayPass || attempt === tries) {
      return response;
    }
    const pause = Math.min(RETRY_MS.first * 2 ** (attempt - 1), RETRY_MS.most);
    await sleep(pause, undefined, { signal: context.signal });
  }
}

/** An admission plugin's or policy's refusal does not pass by itself. */
function isAdmission(response: KubernetesResponse<any>): boolean {
  const message = String(response.body?.message);
  return /admission|exceeded quota|violates PodSecurity/.test(message);
}

/** What the API server says of a path that it serves no kind at. */
function isUnknownKind({ status, body }: KubernetesResponse<any>): boolean {
  return (
    status === 404 &&
    /could not find the requested resource|page not found/.test(
      String(body?.message),
    )
  );
}

function refusal(
  resource: KubernetesResource,
  response: KubernetesResponse<any>,
): Error {
  const { object } = resource;
  const message = String(response.body?.message ?? '');
  if (isUnknownKind(response)) {
    return new NotFoundError(
      `The cluster does not know ${object.kind} (${object.apiVersion}): install its CRDs, then run this again`,
    );
  }
  if (response.status === 409) {
    return new ConflictError(
      `${resource.id} has fields of another manager: ${message}. Say adopt to take them over`,
    );
  }
  return KubernetesError.fromResponse(
    { method: 'apply of', path: resource.id },
    response,
  );
}
