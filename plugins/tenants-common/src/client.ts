import { ResponseError } from '@backstage/errors';
import { DriftItem } from './drift';
import { TenantsHealth } from './health';
import { GetMatrixRequest, TenantMatrix } from './matrix';
import {
  Operation,
  OperationEvent,
  OperationKind,
  OperationRequest,
  Rollout,
  RolloutRequest,
  StartOperationOptions,
} from './operations';
import { PlatformInfo } from './platform';
import { PreviewRequest, TenantPreview } from './preview';
import { Proof, ProofSummary } from './proofs';
import {
  ListTenantsRequest,
  Page,
  Removed,
  Tenant,
  TenantsPage,
  UnmanagedNamespace,
} from './tenants';
import { ListTimelinesRequest, TenantTimeline } from './timeline';
import { TenantUsage } from './usage';

/**
 * The part of a discovery API or service that the client needs.
 *
 * @public
 */
export interface TenantsDiscovery {
  getBaseUrl(pluginId: string): Promise<string>;
}

/**
 * Options of one call: a token where `fetch` does not add one by itself.
 *
 * @public
 */
export interface TenantsRequestOptions {
  token?: string;
  signal?: AbortSignal;
}

/**
 * The API of the tenants backend.
 *
 * @public
 */
export type TenantsApi = Pick<TenantsClient, keyof TenantsClient>;

/**
 * Client of the tenants backend, for the browser and for other backends. Every
 * call rejects with a `ResponseError` for a status that is not 2xx.
 *
 * @public
 */
export class TenantsClient {
  readonly #discovery: TenantsDiscovery;
  readonly #fetch: typeof fetch;

  constructor(options: {
    discoveryApi: TenantsDiscovery;
    fetchApi?: { fetch: typeof fetch };
  }) {
    this.#discovery = options.discoveryApi;
    this.#fetch = options.fetchApi?.fetch ?? ((...args) => fetch(...args));
  }

  listTenants(
    request: ListTenantsRequest = {},
    options?: TenantsRequestOptions,
  ) {
    return this.#get<TenantsPage>(`/tenants${query({ ...request })}`, options);
  }

  getTenant(name: string, options?: TenantsRequestOptions) {
    return this.#get<Tenant>(tenantPath(name), options);
  }

  listProofs(
    name: string,
    request: { limit?: number; offset?: number } = {},
    options?: TenantsRequestOptions,
  ) {
    const path = `${tenantPath(name)}/proofs${query(request)}`;
    return this.#get<Page<ProofSummary>>(path, options);
  }

  getProof(name: string, id: string, options?: TenantsRequestOptions) {
    const path = `${tenantPath(name)}/proofs/${encodeURIComponent(id)}`;
    return this.#get<Proof>(path, options);
  }

  /**
   * Starts an operation, or joins an equal one that has not ended. It runs when
   * no other one of the tenant does.
   */
  startOperation(
    name: string,
    request: OperationRequest & StartOperationOptions,
    options?: TenantsRequestOptions,
  ) {
    return this.#call<Operation>('POST', operations(name), options, request);
  }

  /** What was done with a tenant of that name, the newest first; of some kinds alone. */
  listOperations(
    name: string,
    request: { kinds?: OperationKind[]; limit?: number; offset?: number } = {},
    options?: TenantsRequestOptions,
  ) {
    const path = `${operations(name)}${query(request)}`;
    return this.#get<Page<Operation>>(path, options);
  }

  /**
   * Notes that it is known that walls do not hold, and why; takes
   * `tenant.administer`.
   */
  acknowledge(
    name: string,
    request: { reason: string },
    options?: TenantsRequestOptions,
  ) {
    const path = `${tenantPath(name)}/acknowledgement`;
    return this.#call<Tenant>('PUT', path, options, request);
  }

  /** Has nobody notified of a tenant until then; takes `tenant.administer`. */
  mute(
    name: string,
    request: { until: string; reason: string },
    options?: TenantsRequestOptions,
  ) {
    const path = `${tenantPath(name)}/mute`;
    return this.#call<Tenant>('PUT', path, options, request);
  }

  /** Ends a mute before its time; takes `tenant.administer`. */
  unmute(name: string, options?: TenantsRequestOptions) {
    return this.#call<Tenant>('DELETE', `${tenantPath(name)}/mute`, options);
  }

  getOperation(name: string, id: string, options?: TenantsRequestOptions) {
    return this.#get<Operation>(operations(name, id), options);
  }

  /** What an operation has done, from the event after that position. */
  listOperationEvents(
    name: string,
    id: string,
    request: { after?: number } = {},
    options?: TenantsRequestOptions,
  ) {
    const path = `${operations(name, id)}/events${query(request)}`;
    return this.#get<{ items: OperationEvent[] }>(path, options);
  }

  /**
   * What is done stays done; running the same again resumes. For a task it is refused
   * where somebody else has asked for the same.
   */
  cancelOperation(
    name: string,
    id: string,
    options: TenantsRequestOptions & { task?: string } = {},
  ) {
    const path = `${operations(name, id)}${query({ task: options.task })}`;
    return this.#call<Operation>('DELETE', path, options);
  }

  /** Starts an operation on many tenants, in waves; takes `tenant.administer`. */
  startRollout(request: RolloutRequest, options?: TenantsRequestOptions) {
    return this.#call<Rollout>('POST', '/operations', options, request);
  }

  listRollouts(options?: TenantsRequestOptions) {
    return this.#get<Page<Rollout>>('/operations', options);
  }

  getRollout(id: string, options?: TenantsRequestOptions) {
    return this.#get<Rollout>(rolloutPath(id), options);
  }

  /** Pauses a roll-out, resumes one that is paused or stopped, or gives it up. */
  updateRollout(
    id: string,
    state: 'paused' | 'running' | 'cancelled',
    options?: TenantsRequestOptions,
  ) {
    return this.#call<Rollout>('PATCH', rolloutPath(id), options, { state });
  }

  /** Tenants that were removed, with the certificates of it, the newest first. */
  listRemoved(
    request: { limit?: number; offset?: number } = {},
    options?: TenantsRequestOptions,
  ) {
    return this.#get<Page<Removed>>(`/removed${query(request)}`, options);
  }

  /** Namespaces that somebody else made, as config selects them; for services. */
  listUnmanaged(options?: TenantsRequestOptions) {
    return this.#get<{ items: UnmanagedNamespace[] }>('/unmanaged', options);
  }

  /** The last result of every ordered pair of tenants that can be read. */
  getMatrix(request: GetMatrixRequest = {}, options?: TenantsRequestOptions) {
    return this.#get<TenantMatrix>(`/matrix${query({ ...request })}`, options);
  }

  /** How the walls of several tenants stood over a stretch of time. */
  listTimelines(
    request: ListTimelinesRequest,
    options?: TenantsRequestOptions,
  ) {
    const path = `/timelines${query({ ...request })}`;
    return this.#get<Page<TenantTimeline>>(path, options);
  }

  /**
   * What of a tenant is not as it was last applied, and what an apply would change
   * today, as its cluster and Vault have it now. Takes a moment.
   */
  getDrift(name: string, options?: TenantsRequestOptions) {
    return this.#get<{ items: DriftItem[] }>(
      `${tenantPath(name)}/drift`,
      options,
    );
  }

  /** What a tenant uses now of its quotas, and the n8n that it runs. */
  getUsage(name: string, options?: TenantsRequestOptions) {
    return this.#get<TenantUsage>(`${tenantPath(name)}/usage`, options);
  }

  /** What an apply of a spec would do, for one who could have it applied. */
  previewTenant(request: PreviewRequest, options?: TenantsRequestOptions) {
    return this.#call<TenantPreview>('POST', '/plans', options, request);
  }

  /** Clusters and sizes that can be chosen from. */
  getPlatform(options?: TenantsRequestOptions) {
    return this.#get<PlatformInfo>('/platform', options);
  }

  /** Whether clusters and Vaults are reached; does not reject for one away. */
  getHealth(options?: TenantsRequestOptions) {
    return this.#get<TenantsHealth>('/health', options);
  }

  /** What the last proof has shown, for an auditor; default as `markdown`. */
  async getReport(
    name: string,
    request: { format?: 'markdown' | 'json' } = {},
    options?: TenantsRequestOptions,
  ): Promise<string> {
    const path = `${tenantPath(name)}/report${query(request)}`;
    const response = await this.#fetchOk('GET', path, options);
    return response.text();
  }

  #get<T>(path: string, options?: TenantsRequestOptions): Promise<T> {
    return this.#call('GET', path, options);
  }

  async #call<T>(
    method: string,
    path: string,
    options?: TenantsRequestOptions,
    body?: unknown,
  ): Promise<T> {
    const response = await this.#fetchOk(method, path, options, body);
    return (await response.json()) as T;
  }

  async #fetchOk(
    method: string,
    path: string,
    options: TenantsRequestOptions = {},
    body?: unknown,
  ): Promise<Response> {
    const baseUrl = await this.#discovery.getBaseUrl('tenants');
    const response = await this.#fetch(`${baseUrl}${path}`, {
      method,
      signal: options.signal,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(options.token && { Authorization: `Bearer ${options.token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}

function tenantPath(name: string): string {
  return `/tenants/${encodeURIComponent(name)}`;
}

function rolloutPath(id: string): string {
  return `/operations/${encodeURIComponent(id)}`;
}

function operations(name: string, id?: string): string {
  const path = `${tenantPath(name)}/operations`;
  return id === undefined ? path : `${path}/${encodeURIComponent(id)}`;
}

function query(
  parameters: Record<string, string | number | string[] | undefined>,
) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      search.set(key, String(value));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
