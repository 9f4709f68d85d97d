import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import {
  DriftItem,
  GetMatrixRequest,
  ListTenantsRequest,
  ListTimelinesRequest,
  Operation,
  OperationRequest,
  Page,
  PlatformInfo,
  PreviewRequest,
  Proof,
  ProofSummary,
  Rollout,
  Tenant,
  TenantMatrix,
  TenantPreview,
  TenantsApi,
  TenantsHealth,
  TenantTimeline,
  TenantUsage,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  breachedReceipts,
  degraded,
  drift,
  inconclusive,
  matrixOf,
  minutesAgo,
  operationsOf,
  platform,
  previewOfNew,
  previewOfResize,
  proofOf,
  proofs,
  receipts,
  runningProof,
  summaryOf,
  tenants,
  timelineOfProofs,
  usage,
} from '../src/__fixtures__';
import { manyTenants } from './manyTenants';

const PROOF_MS = 8_000;
const CHECKS = 12;

/**
 * A backend in the browser: a proof that is asked for moves and comes to an end.
 *
 * What it pretends is in the page's address: `tenants=1000`, `clusters=2` (or 0),
 * `provider=kubernetes`, `away=cluster` or `away=backend`, `refusal=1`, `slow=1`.
 */
export class FakeTenantsApi implements Partial<TenantsApi> {
  readonly #started = new Map<string, number>();
  readonly #pretend = new URLSearchParams(window.location.search);
  readonly #tenants: Record<string, Tenant>;

  constructor() {
    const count = this.#pretend.get('tenants');
    this.#tenants = count ? manyTenants(Number(count)) : tenants;
  }

  async listTenants(request: ListTenantsRequest = {}): Promise<Page<Tenant>> {
    await this.#reach();
    const { limit = 100, offset = 0 } = request;
    const names = Object.keys(this.#tenants);
    const items = names
      .slice(offset, offset + limit)
      .map(name => this.#tenant(name));
    return { items, totalItems: names.length };
  }

  async getTenant(name: string): Promise<Tenant> {
    await this.#reach();
    return this.#tenant(name);
  }

  async listProofs(
    name: string,
    request: { limit?: number; offset?: number } = {},
  ): Promise<Page<ProofSummary>> {
    await this.#reach();
    const { limit = 20, offset = 0 } = request;
    const items = this.#history(name);
    return {
      items: items.slice(offset, offset + limit),
      totalItems: items.length,
    };
  }

  async getProof(name: string, id: string): Promise<Proof> {
    await this.#reach();
    const last = proofs[name];
    if (last?.id === id) {
      return last;
    }
    const { walls, lastProof } = this.#tenants[name];
    const [{ status }] = walls;
    const at = minutesAgo(3);
    const receiptsOf = {
      holds: receipts,
      breached: breachedReceipts,
      unproven: (iso: string) => [
        ...receipts(iso).slice(1),
        {
          ...inconclusive(iso),
          check: 'net.own-service',
          wall: 'network' as const,
        },
      ],
    };
    return lastProof?.id === id
      ? proofOf(name, {
          id,
          verdicts: [{ status }],
          receipts: receiptsOf[status](at),
        })
      : proofOf(name, { id });
  }

  async getMatrix(request: GetMatrixRequest = {}): Promise<TenantMatrix> {
    const { tenant, limit = 100, offset = 0 } = request;
    const names = Object.keys(this.#tenants);
    const matrix = matrixOf(names.slice(offset, offset + limit));
    return {
      ...matrix,
      totalItems: names.length,
      cells: matrix.cells.filter(
        cell => !tenant || [cell.tenant, cell.neighbour].includes(tenant),
      ),
    };
  }

  async listTimelines(
    request: ListTimelinesRequest,
  ): Promise<Page<TenantTimeline>> {
    const { names = Object.keys(this.#tenants), from, breakMs } = request;
    const windowMs = Date.now() - Date.parse(from);
    const items = names.map(name =>
      timelineOfProofs(this.#tenants[name], this.#history(name), {
        windowMs,
        breakMs,
      }),
    );
    return { items, totalItems: items.length };
  }

  async listOperations(name: string): Promise<Page<Operation>> {
    const items = operationsOf(name);
    return { items, totalItems: items.length };
  }

  async listRollouts(): Promise<Page<Rollout>> {
    return { items: [], totalItems: 0 };
  }

  async startOperation(
    name: string,
    { kind }: OperationRequest,
  ): Promise<Operation> {
    if (kind === 'prove') {
      this.#started.set(name, Date.now());
    }
    return { ...operationsOf(name)[1], state: 'queued' };
  }

  async acknowledge(name: string, { reason }: { reason: string }) {
    const at = new Date().toISOString();
    const tenant = this.#tenants[name];
    const walls = tenant.walls.map(({ wall }) => wall);
    this.#tenants[name] = { ...tenant, acknowledged: { at, reason, walls } };
    return this.#tenants[name];
  }

  async mute(name: string, mute: { until: string; reason: string }) {
    const at = new Date().toISOString();
    this.#tenants[name] = { ...this.#tenants[name], muted: { at, ...mute } };
    return this.#tenants[name];
  }

  async unmute(name: string) {
    this.#tenants[name] = { ...this.#tenants[name], muted: undefined };
    return this.#tenants[name];
  }

  async getDrift(name: string): Promise<{ items: DriftItem[] }> {
    return { items: name === 'globex' ? drift : [] };
  }

  async getUsage(): Promise<TenantUsage> {
    await this.#reach();
    return usage;
  }

  async previewTenant(request: PreviewRequest): Promise<TenantPreview> {
    await this.#reach();
    const { name } = request;
    const preview = this.#tenants[name]
      ? previewOfResize(name)
      : previewOfNew(name);
    return this.#pretend.has('refusal')
      ? {
          ...preview,
          refusal:
            'The quotas of all tenants would be 12 GiB of memory, and the nodes have 8 GiB',
        }
      : preview;
  }

  async getPlatform(): Promise<PlatformInfo> {
    await this.#reach();
    const count = Number(this.#pretend.get('clusters') ?? 1);
    const provider = this.#pretend.get('provider');
    const [first] = platform.clusters;
    const lab = {
      ...first,
      networkProvider:
        provider === 'kubernetes' ? provider : first.networkProvider,
    } as const;
    const edge = { ...lab, name: 'edge', title: 'Edge (Frankfurt)' };
    return { ...platform, clusters: [lab, edge].slice(0, count) };
  }

  async getHealth(): Promise<TenantsHealth> {
    return this.#pretend.get('away') === 'cluster'
      ? degraded
      : { status: 'ok', problems: [], warnings: [] };
  }

  async getReport(name: string): Promise<string> {
    return JSON.stringify({
      tenant: { name },
      versions: { kubernetes: 'v1.36.1', cilium: '1.20.2', vault: '1.21.4' },
    });
  }

  async #reach() {
    if (this.#pretend.has('slow')) {
      await new Promise(resolve => setTimeout(resolve, 600_000));
    }
    if (this.#pretend.get('away') === 'backend') {
      throw new ServiceUnavailableError('connect ECONNREFUSED 127.0.0.1:7007');
    }
  }

  /** Proofs of a month, with a breach, a doubt and an outage among them. */
  #history(name: string): ProofSummary[] {
    const last = proofs[name];
    if (!last) {
      return [];
    }
    const { createdAt } = this.#tenants[name];
    const ageMinutes = (Date.now() - Date.parse(createdAt)) / 60_000;
    const older: ProofSummary[] = [];
    for (let minutes = 7; minutes < ageMinutes; minutes += 5) {
      const hours = minutes / 60;
      const isAway = hours > 30 && hours < 32.5;
      const network = hours > 9 && hours < 9.3 ? 'breached' : 'holds';
      const secret = hours > 3 && hours < 3.6 ? 'unproven' : 'holds';
      if (!isAway) {
        const verdicts = [{ status: network }, { status: secret }] as const;
        older.push(
          summaryOf(proofOf(name, { minutes, verdicts: [...verdicts] })),
        );
      }
    }
    return [summaryOf(last), ...older];
  }

  #tenant(name: string): Tenant {
    const tenant = this.#tenants[name];
    if (!tenant) {
      throw Object.assign(new NotFoundError(`There is no tenant ${name}`), {
        statusCode: 404,
      });
    }
    const started = this.#started.get(name);
    if (started === undefined) {
      return tenant;
    }
    const elapsed = Date.now() - started;
    if (elapsed > PROOF_MS) {
      const lastProof = summaryOf(proofOf(name, { minutes: 0 }));
      return { ...tenant, lastProof, currentProof: undefined };
    }
    const done = Math.floor((CHECKS * elapsed) / PROOF_MS);
    return {
      ...tenant,
      currentProof: {
        ...runningProof(name),
        progress: { phase: 'waiting for receipts', done, total: CHECKS },
      },
    };
  }
}
