import { randomUUID } from 'node:crypto';
import { DatabaseService } from '@backstage/backend-plugin-api';
import {
  Page,
  Proof,
  ProofProgress,
  ProofSummary,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import {
  noteChanges,
  readChanges,
  readVersion,
  TenantChanges,
} from './changes';
import { claimRound } from './claim';
import { closeProof } from './close';
import { EnqueueRequest, enqueueProof, isRunning } from './enqueue';
import { openDatabase } from './migrate';
import {
  Claim,
  LatestProof,
  PairResult,
  ProofResult,
  ProofStore,
  StoredProof,
  TenantLock,
  WallChange,
} from './ProofStore';
import { pruneProofs } from './prune';
import {
  openProofs,
  readLatest,
  readPairs,
  readProof,
  readProofs,
} from './read';
import {
  LATEST,
  LatestRow,
  LOCKS,
  LockRow,
  PAIRS,
  PairRow,
  PROOFS,
  ProofRow,
  toProof,
  toSummary,
} from './rows';

/** Milliseconds that a proof is left alone without a sign of its runner. */
export const LEASE_MS = 30_000;

export interface DatabaseProofStoreOptions {
  /** Milliseconds between two proofs of a tenant as config has it */
  intervalMs: number;
  /** Who this replica is; default a random name */
  runner?: string;
  now?: () => number;
}

/** Proofs in the plugin's database, SQLite or PostgreSQL. */
export class DatabaseProofStore implements ProofStore {
  readonly #knex: Knex;
  readonly #runner: string;
  readonly #now: () => number;
  readonly #intervalMs: number;

  static async create(
    options: DatabaseProofStoreOptions & { database: DatabaseService },
  ): Promise<DatabaseProofStore> {
    return new DatabaseProofStore(
      await openDatabase(options.database),
      options,
    );
  }

  private constructor(knex: Knex, options: DatabaseProofStoreOptions) {
    this.#knex = knex;
    this.#runner = options.runner ?? randomUUID();
    this.#now = options.now ?? Date.now;
    this.#intervalMs = options.intervalMs;
  }

  async enqueue(
    request: EnqueueRequest,
  ): Promise<{ proof: StoredProof; joined: boolean }> {
    return this.#knex.transaction(trx =>
      enqueueProof(trx, request, this.#now()),
    );
  }

  async queue(): Promise<StoredProof[]> {
    const rows = await this.#knex<ProofRow>(PROOFS)
      .where({ state: 'queued' })
      .orderByRaw("case when ?? = 'schedule' then 1 else 0 end", ['trigger'])
      .orderBy('created_at');
    return rows.map(toProof);
  }

  async locks(): Promise<TenantLock[]> {
    return this.#knex<LockRow>(LOCKS)
      .where('lease_until', '>=', this.#now())
      .select('tenant', 'round');
  }

  async claim(proof: StoredProof, neighbour?: string): Promise<Claim> {
    return claimRound(this.#knex, proof, neighbour, {
      runner: this.#runner,
      now: this.#now(),
      until: this.#now() + LEASE_MS,
    });
  }

  async heartbeat(proofIds: string[]): Promise<string[]> {
    const lease = { lease_until: this.#now() + LEASE_MS };
    const ours = await this.#knex<ProofRow>(PROOFS)
      .whereIn('id', proofIds)
      .andWhere({ runner: this.#runner, state: 'running' })
      .select('id', 'tenant');
    const ids = ours.map(row => row.id);
    await this.#knex(PROOFS)
      .whereIn('id', ids)
      .andWhere({ runner: this.#runner, state: 'running' })
      .update(lease);
    const tenants = ours.map(row => row.tenant);
    await this.#knex(LOCKS)
      .whereIn('tenant', tenants)
      .andWhere({ runner: this.#runner })
      .update(lease);
    return ids;
  }

  async progress(proofId: string, progress: ProofProgress): Promise<void> {
    await this.#knex.transaction(async trx => {
      const running = { id: proofId, state: 'running' };
      const row = await trx(PROOFS).where(running).first('tenant');
      await trx(PROOFS)
        .where(running)
        .update({ progress: JSON.stringify(progress) });
      await noteChanges(trx, row ? [row.tenant] : []);
    });
  }

  async finish(
    proof: StoredProof,
    result: ProofResult,
  ): Promise<{ proof: StoredProof; changes: WallChange[] } | undefined> {
    return this.#close(proof.id, result, query =>
      proof.state === 'queued'
        ? query.where({ state: 'queued' })
        : query.where({ runner: this.#runner }),
    );
  }

  async closeExpired(result: ProofResult): Promise<StoredProof[]> {
    const now = this.#now();
    const expired = await this.#knex<ProofRow>(PROOFS)
      .where({ state: 'running' })
      .andWhere('lease_until', '<', now);
    const closed: StoredProof[] = [];
    for (const { id } of expired) {
      const done = await this.#close(id, result, query =>
        query.where({ state: 'running' }).where('lease_until', '<', now),
      );
      if (done) {
        closed.push(done.proof);
      }
    }
    return closed;
  }

  async get(tenant: string, id: string): Promise<Proof | undefined> {
    return readProof(this.#knex, tenant, id);
  }

  async list(
    tenant: string,
    page: { limit: number; offset: number },
  ): Promise<Page<ProofSummary>> {
    return readProofs(this.#knex, tenant, page);
  }

  async latest(tenants?: string[]): Promise<Map<string, LatestProof>> {
    return readLatest(this.#knex, tenants);
  }

  async statuses(): Promise<Map<string, WallStatus>> {
    const rows = await this.#knex<LatestRow>(LATEST).select('tenant', 'status');
    return new Map(rows.map(row => [row.tenant, row.status]));
  }

  async current(tenants?: string[]): Promise<Map<string, ProofSummary>> {
    const rows = await openProofs(this.#knex, tenants);
    // The later one of a map's key stays: that which is running.
    rows.sort((a, b) => Number(isRunning(a)) - Number(isRunning(b)));
    return new Map(rows.map(row => [row.tenant, toSummary(row)]));
  }

  async pairs(
    tenants: string[],
    neighbours: string[] = tenants,
  ): Promise<PairResult[]> {
    return readPairs(this.#knex, tenants, neighbours);
  }

  async version(): Promise<number> {
    return readVersion(this.#knex);
  }

  async changes(since: number): Promise<TenantChanges> {
    return readChanges(this.#knex, since);
  }

  async ping(): Promise<void> {
    await this.#knex.raw('select 1');
  }

  async attempts(tenant: string): Promise<Map<string, number>> {
    const rows = await this.#knex<PairRow>(PAIRS)
      .where({ tenant })
      .select('neighbour', 'attempted_at');
    return new Map(rows.map(r => [r.neighbour, Number(r.attempted_at)]));
  }

  async prune(retention: { days: number; count: number }): Promise<number> {
    return pruneProofs(this.#knex, retention, this.#now());
  }

  #close(
    proofId: string,
    result: ProofResult,
    isOurs: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
  ) {
    const options = { now: this.#now(), intervalMs: this.#intervalMs, isOurs };
    return this.#knex.transaction(trx =>
      closeProof(trx, proofId, result, options),
    );
  }
}
