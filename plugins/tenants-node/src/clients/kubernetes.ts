import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../plan/types';
import { ClusterProfile } from '../config/platform';
import { connect, loadKubeConfig } from './connection';
import { KubernetesError } from './errors';
import { ObjectRef, objectPath, refOf } from './kinds';
import {
  isReset,
  KubernetesRequest,
  KubernetesResponse,
  KubernetesTransport,
} from './kubernetesTransport';

export type { KubernetesRequest, KubernetesResponse };
export type { ObjectRef };

export interface WatchEvent<T = any> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

interface WatchOptions {
  /** Of the list that the watch goes on from */
  resourceVersion?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
  /** Called once the server has begun to answer: what changes from now on is seen */
  onOpen?: () => void;
}

export interface ApplyOptions {
  dryRun?: boolean;
  /** Take over fields of other managers */
  force?: boolean;
  signal?: AbortSignal;
}

/** An object to POST: a review has no name, and a pod may have a generated one. */
export interface NewObject {
  apiVersion: string;
  kind: string;
  metadata?: Partial<KubernetesObject['metadata']>;
  [field: string]: unknown;
}

/** Of an object that is large and known: a server that can't leave it out answers with all of it. */
const METADATA_ONLY =
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/** Objects that a list is asked for at once: one long answer would hold up everything else. */
const PAGE = 500;

/** A cluster's API: objects by their kind and name, without discovery. */
export class KubernetesClient extends KubernetesTransport {
  static fromConfig(cluster: ClusterProfile): KubernetesClient {
    return new KubernetesClient(cluster.name, async () =>
      connect(loadKubeConfig(cluster)),
    );
  }

  /** @throws KubernetesError for any status that is not 2xx */
  async expect<T = any>(request: KubernetesRequest): Promise<T> {
    const response = await this.request<T>(request);
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(request, response);
    }
    return response.body;
  }

  /** The object, or `undefined` where there is none. */
  async get<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: { signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    const request = {
      method: 'GET',
      path: objectPath(ref),
      ...options,
    } as const;
    const response = await this.request<T>(request);
    if (response.status === 404) {
      return undefined;
    }
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(request, response);
    }
    return response.body;
  }

  /** Every object of a collection, with the resourceVersion of the list. */
  async list<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: {
      labelSelector?: string;
      fieldSelector?: string;
      signal?: AbortSignal;
    } = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const { signal, ...query } = options;
    const ask = (page: { limit?: number; continue?: string }) =>
      this.expect<any>({
        method: 'GET',
        path: objectPath(ref),
        query: { ...query, ...page },
        signal,
      });
    let body = await ask({ limit: PAGE });
    let items: T[] = body.items ?? [];
    while (body.metadata?.continue) {
      try {
        body = await ask({ limit: PAGE, continue: body.metadata.continue });
        items = items.concat(body.items ?? []);
      } catch (error) {
        if ((error as KubernetesError).status !== 410) {
          throw error;
        }
        // The version that the pages are of is compacted: all of it in one.
        body = await ask({});
        items = body.items ?? [];
      }
    }
    return {
      items,
      resourceVersion: body.metadata?.resourceVersion ?? '',
    };
  }

  /** Server-side apply with the field manager `threewalls`. */
  async apply<T extends object = KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions = {},
  ): Promise<KubernetesResponse<T>> {
    return this.request<T>({
      method: 'PATCH',
      path: objectPath(refOf(object)),
      query: {
        fieldManager: FIELD_MANAGER,
        force: options.force ? true : undefined,
        dryRun: options.dryRun ? 'All' : undefined,
      },
      body: object,
      contentType: 'application/apply-patch+yaml',
      signal: options.signal,
    });
  }

  /** POSTs an object to its collection; the answer comes back whatever its status. */
  async create<T extends object = KubernetesObject>(
    object: NewObject,
    options: {
      dryRun?: boolean;
      /** Of what was created only its metadata is wanted */
      metadataOnly?: boolean;
      signal?: AbortSignal;
    } = {},
  ): Promise<KubernetesResponse<T>> {
    return this.request<T>({
      method: 'POST',
      path: objectPath({
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: object.metadata?.namespace,
      }),
      query: {
        fieldManager: FIELD_MANAGER,
        dryRun: options.dryRun ? 'All' : undefined,
      },
      body: object,
      accept: options.metadataOnly ? METADATA_ONLY : undefined,
      signal: options.signal,
    });
  }

  /**
   * Deletes an object; one that is not there is no error, nor one that is another
   * than the UID says.
   */
  async delete(
    ref: ObjectRef,
    options: {
      gracePeriodSeconds?: number;
      uid?: string;
      /** Stays until all that it has made is gone */
      foreground?: boolean;
      signal?: AbortSignal;
    } = {},
  ): Promise<void> {
    const request = {
      method: 'DELETE',
      path: objectPath(ref),
      accept: METADATA_ONLY,
      query: {
        gracePeriodSeconds: options.gracePeriodSeconds,
        propagationPolicy: options.foreground ? 'Foreground' : 'Background',
      },
      ...(options.uid && {
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: options.uid },
        },
      }),
      signal: options.signal,
    } as const;
    const response = await this.request(request);
    const isAnother = options.uid && response.status === 409;
    if (response.status >= 300 && response.status !== 404 && !isAnother) {
      throw KubernetesError.fromResponse(request, response);
    }
  }

  /**
   * Events of a collection until the signal aborts or the server ends the
   * watch; then the caller lists again.
   */
  async *watch<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { signal, onOpen, ...query } = options;
    const body = this.stream(
      {
        method: 'GET',
        path: objectPath(ref),
        query: { ...query, watch: true, allowWatchBookmarks: true },
        signal,
      },
      { onOpen },
    );
    try {
      for await (const line of body) {
        yield JSON.parse(line) as WatchEvent<T>;
      }
    } catch (error) {
      // An API server that restarts ends its watches in the middle of a line.
      if (
        signal?.aborted ||
        !(isReset(error) || error instanceof SyntaxError)
      ) {
        throw error;
      }
    }
  }

  /** Lines of a pod's log, followed until the container ends. */
  logs(
    pod: { namespace: string; name: string },
    options: {
      container?: string;
      follow?: boolean;
      signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<string> {
    const { signal, ...query } = options;
    return this.stream(
      {
        method: 'GET',
        path: `${objectPath({ apiVersion: 'v1', kind: 'Pod', ...pod })}/log`,
        query,
        signal,
      },
      { endsSoon: true },
    );
  }
}
