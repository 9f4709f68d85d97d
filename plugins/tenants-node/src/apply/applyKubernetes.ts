import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { TENANT_LABEL } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, KubernetesError } from '../clients';
import { objectPath, refOf } from '../clients/kinds';
import { KubernetesResponse } from '../clients/kubernetes';
import { takenBack } from '../clients/managedFields';
import {
  KubernetesObject,
  KubernetesResource,
  TenantPlan,
} from '../plan/types';
import { stage } from '../plan/objects';
import { differences } from './diffPlan';
import { significant } from './live';
import { checkOwnership, Ownership } from './ownership';

/** Milliseconds between tries of what the API server can't do just yet: at first, and at most. */
const RETRY_MS = { first: 10, most: 250 };
/**
 * Milliseconds that an API server may take to know of a new RoleBinding or
 * namespace: on one that has just started, or is busy, it is seconds.
 */
const PATIENCE_MS = 10_000;
/** How often an object is looked at anew that others write between the look and the write. */
const LOOKS = 8;

/** What the apply of one resource is told of the run it belongs to. */
export interface ApplyContext extends Partial<Ownership> {
  cluster: Cluster;
  plan: TenantPlan;
  /** The namespace was made by this run */
  fresh: boolean;
  signal?: AbortSignal;
}

/** What an apply did, and the object as it is then. */
export interface Applied {
  result: 'created' | 'updated' | 'unchanged';
  object: KubernetesObject;
}

/**
 * Server-side apply of one object, after a look at whose it is. What is the
 * tenant's own is so with all of its fields, whoever has written them since:
 * values are set again, and what others have added is taken away.
 */
export async function applyKubernetes(
  resource: KubernetesResource,
  context: ApplyContext,
  known?: KubernetesObject,
  looks = LOOKS,
): Promise<Applied> {
  const { kubernetes } = context.cluster;
  const { object } = resource;
  const live = known ?? (await look(object, context));
  if (live) {
    checkOwnership(live, context.plan, context);
    if (live.metadata.deletionTimestamp) {
      throw new ConflictError(
        `${object.kind} ${object.metadata.name} is being deleted: wait until it is gone, then run this again`,
      );
    }
    if (resource.once || isAsApplied(resource, live, context)) {
      return { result: 'unchanged', object: live };
    }
    if (!(await takeBack(live, context, looks === 1))) {
      await sleep(RETRY_MS.first, undefined, { signal: context.signal });
      return applyKubernetes(resource, context, undefined, looks - 1);
    }
  }
  const response = await withPatience(object, context, () =>
    kubernetes.apply(object, {
      force: Boolean(live) || context.adopt,
      signal: context.signal,
    }),
  );
  if (response.status >= 300) {
    throw refusal(resource, response);
  }
  if (response.status === 201) {
    return { result: 'created', object: response.body };
  }
  // By content: a controller may have written its status since the look.
  const isSame =
    live && isDeepStrictEqual(significant(live), significant(response.body));
  return { result: isSame ? 'unchanged' : 'updated', object: response.body };
}

/** Deletes an object that is planned no more, unless it is somebody else's by now. */
export async function removeKubernetes(
  { object }: KubernetesResource,
  context: ApplyContext,
): Promise<void> {
  const live = await look(object, context);
  if (live?.metadata.labels?.[TENANT_LABEL] === context.plan.spec.name) {
    await context.cluster.kubernetes.delete(refOf(object), {
      uid: String(live.metadata.uid),
      signal: context.signal,
    });
  }
}

/** The object as it is; in a namespace that was just made there is none. */
export async function look(
  object: KubernetesObject,
  context: ApplyContext,
): Promise<KubernetesObject | undefined> {
  if (context.fresh) {
    return undefined;
  }
  const request = {
    method: 'GET',
    path: objectPath(refOf(object)),
    signal: context.signal,
  } as const;
  const found = await withPatience(object, context, () =>
    context.cluster.kubernetes.request<KubernetesObject>(request),
  );
  if (found.status >= 300 && found.status !== 404) {
    throw KubernetesError.fromResponse(request, found);
  }
  return found.status === 404 ? undefined : found.body;
}

/** Whether an apply would send what it has sent last, and nobody has changed it. */
function isAsApplied(
  resource: KubernetesResource,
  live: KubernetesObject,
  { plan, applied }: ApplyContext,
): boolean {
  const { id } = resource;
  const before = applied?.[id];
  return (
    before !== undefined &&
    isDeepStrictEqual(before.resource, JSON.parse(JSON.stringify(resource))) &&
    differences(
      { ...plan, stages: [stage('walls', [resource])] },
      new Map([[id, live]]),
      { [id]: before },
    ).every(({ change }) => change === 'none')
  );
}

/**
 * Hands the fields of other managers to the portal, whose apply then decides.
 *
 * @returns whether the object was still as seen: a controller may have written its
 * status since, which is no error until the last look
 */
async function takeBack(
  live: KubernetesObject,
  { cluster, signal }: ApplyContext,
  isLast: boolean,
): Promise<boolean> {
  const managedFields = takenBack(live);
  if (!managedFields) {
    return true;
  }
  const { resourceVersion } = live.metadata;
  const request = {
    method: 'PATCH',
    path: objectPath(refOf(live)),
    body: { metadata: { resourceVersion, managedFields } },
    contentType: 'application/merge-patch+json',
    signal,
  } as const;
  const response = await cluster.kubernetes.request(request);
  const isChanged = response.status === 409 || response.status === 404;
  if (response.status >= 300 && (isLast || !isChanged)) {
    throw KubernetesError.fromResponse(request, response);
  }
  return !isChanged;
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
  const deadline = Date.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    const mayPass =
      object.kind !== 'Namespace' &&
      (response.status === 403 || (context.fresh && response.status === 404)) &&
      !isAdmission(response) &&
      !isUnknownKind(response);
    if (!mayPass || Date.now() > deadline) {
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
  if (isUnknownKind(response)) {
    return new NotFoundError(
      `The cluster does not know ${object.kind} (${object.apiVersion}): install its CRDs, then run this again`,
    );
  }
  if (response.status === 409) {
    return new ConflictError(
      `${resource.id} was created by another client at the same moment: ${response.body?.message}. Run this again`,
    );
  }
  return KubernetesError.fromResponse(
    { method: 'apply of', path: resource.id },
    response,
  );
}
