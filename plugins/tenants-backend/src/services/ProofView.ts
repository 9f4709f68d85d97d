import { setTimeout as sleep } from 'node:timers/promises';
import { ProofSummary } from '@threewalls/backstage-plugin-tenants-common';
import { LatestProof, ProofStore } from '../database/ProofStore';

/** Milliseconds between two looks at what has changed; nobody waits longer. */
const GAP_MS = 5;
/** Milliseconds after which all is read anew, should a change not have been noted. */
const RELOAD_MS = 60_000;

/** What is known of a tenant's proofs. */
export interface TenantProofs {
  latest?: LatestProof;
  current?: ProofSummary;
  /** Another one after each change */
  stamp: number;
}

const NONE: TenantProofs = { stamp: 0 };

/**
 * Every tenant's last and open proof in memory. The database says what has
 * changed since when, whichever replica has changed it: one cheap query for all
 * who ask at the same time, and what they then see is never older than their
 * question. So a card that was signalled can't read what was before.
 */
export class ProofView {
  #proofs = new Map<string, TenantProofs>();
  #version: number | undefined;
  #loadedAt = 0;
  #startedAt = 0;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** Moves with every change of any tenant. */
  stamp = 1;

  static create(options: { store: ProofStore; now?: () => number }): ProofView {
    return new ProofView(options.store, options.now ?? Date.now);
  }

  private constructor(
    private readonly store: ProofStore,
    private readonly now: () => number,
  ) {}

  /** Resolves when the view is at least as new as the database is now. */
  async fresh(): Promise<void> {
    this.#next ??= this.#follow();
    return this.#next;
  }

  get(tenant: string): TenantProofs {
    return this.#proofs.get(tenant) ?? NONE;
  }

  /** The look after the one that is under way, which may have missed something. */
  async #follow(): Promise<void> {
    await this.#running.catch(() => {});
    const wait = GAP_MS - (performance.now() - this.#startedAt);
    if (wait > 0) {
      await sleep(wait);
    }
    this.#startedAt = performance.now();
    this.#next = undefined;
    this.#running = this.#read();
    return this.#running;
  }

  async #read(): Promise<void> {
    const { store } = this;
    const now = this.now();
    if (this.#version === undefined || now - this.#loadedAt > RELOAD_MS) {
      // The version first: what changes meanwhile is read once more.
      const version = await store.version();
      const [latest, current] = await Promise.all([
        store.latest(),
        store.current(),
      ]);
      this.#proofs = new Map();
      this.#set([...latest.keys(), ...current.keys()], latest, current);
      this.#version = version;
      this.#loadedAt = now;
      return;
    }
    const { version, tenants } = await store.changes(this.#version);
    if (tenants.length) {
      const [latest, current] = await Promise.all([
        store.latest(tenants),
        store.current(tenants),
      ]);
      this.#set(tenants, latest, current);
    }
    this.#version = version;
  }

  #set(
    tenants: string[],
    latest: Map<string, LatestProof>,
    current: Map<string, ProofSummary>,
  ): void {
    this.stamp++;
    for (const tenant of tenants) {
      this.#proofs.set(tenant, {
        latest: latest.get(tenant),
        current: current.get(tenant),
        stamp: this.stamp,
      });
    }
  }
}
