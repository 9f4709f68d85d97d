import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  ProofSummary,
  ProofTrigger,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import pLimit from 'p-limit';
import { ProofResult, ProofStore, StoredProof } from '../database/ProofStore';
import { isNew } from './isNew';
import { LeaseKeeper } from './LeaseKeeper';
import { nextRound, ReadyRound } from './nextRound';
import { ProgressWriter } from './progress';
import { Prover } from './Prover';
import { Announcer } from './TenantAnnouncer';
import { TenantSource } from './TenantSource';
import { untilAborted } from './untilAborted';
import { unproven } from './verdicts';

/** What is said of a proof that a stop or a crash of the portal cut off. */
export const STOPPED = 'The portal stopped during this proof';

/** Milliseconds beyond a proof's own deadline after which it is given up. */
const GRACE_MS = 60_000;

export interface ProofRunnerOptions {
  store: ProofStore;
  source: TenantSource;
  prover: Prover;
  announcer: Announcer;
  logger: LoggerService;
  /** Rounds at once, over all replicas */
  concurrency: number;
  /** Milliseconds that a proof may take */
  deadlineMs: number;
  onFinished?(proof: StoredProof, result: ProofResult): void;
}

/**
 * Runs the queue of proofs. The queue is in the database: whichever replica has
 * room takes the next round from it.
 */
export class ProofRunner {
  readonly #leases: LeaseKeeper;
  readonly #running = new Set<Promise<void>>();
  readonly #oneAtATime = pLimit(1);
  readonly #stop = new AbortController();

  static create(options: ProofRunnerOptions): ProofRunner {
    return new ProofRunner(options);
  }

  private constructor(private readonly options: ProofRunnerOptions) {
    this.#leases = new LeaseKeeper(options.store, options.logger);
  }

  /** Starts a proof of a tenant, or joins the one that is under way. */
  async start(
    tenant: TenantRecord,
    trigger: ProofTrigger,
  ): Promise<{ proof: ProofSummary; joined: boolean }> {
    const started = await this.enqueue(tenant, trigger);
    this.#pumpSoon();
    return started;
  }

  /** Queues a proof without running the queue. */
  async enqueue(
    tenant: TenantRecord,
    trigger: ProofTrigger,
  ): Promise<{ proof: ProofSummary; joined: boolean }> {
    const { store, announcer } = this.options;
    const { name, cluster } = tenant;
    const queued = await store.enqueue({ tenant: name, cluster, trigger });
    if (!queued.joined) {
      await announcer.moved(queued.proof);
    }
    return queued;
  }

  /** Takes rounds from the queue while there is room. */
  async pump(): Promise<void> {
    await this.#oneAtATime(async () => {
      const { concurrency } = this.options;
      while (!this.#stop.signal.aborted && this.#running.size < concurrency) {
        const round = await nextRound(this.options);
        if (!round) {
          return;
        }
        this.#launch(round);
      }
    });
  }

  /** Closes and repeats what a replica left when it died. */
  async recover(): Promise<void> {
    const { store, announcer } = this.options;
    const verdicts = unproven(STOPPED);
    const closed = await store.closeExpired({ verdicts, receipts: [] });
    for (const proof of closed) {
      await announcer.moved(proof);
      await store.enqueue(proof);
    }
  }

  /** Aborts what is running here and waits until it is written down. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error(STOPPED));
    await this.#oneAtATime(async () => {});
    await Promise.all(this.#running);
    this.#leases.stop();
  }

  /** Waits until nothing runs here. */
  async idle(): Promise<void> {
    await this.pump();
    while (this.#running.size) {
      await Promise.all(this.#running);
      await this.pump();
    }
  }

  #pumpSoon(): void {
    this.pump().catch(error => {
      this.options.logger.error('The queue of proofs was not run', error);
    });
  }

  #launch(round: ReadyRound): void {
    const running = this.#run(round)
      .catch(error => {
        this.options.logger.error('A proof was not written down', error);
      })
      .finally(() => {
        this.#running.delete(running);
        this.#pumpSoon();
      });
    this.#running.add(running);
  }

  async #run(round: ReadyRound): Promise<void> {
    const { announcer, logger } = this.options;
    const lost = this.#leases.hold(round.proofs.map(proof => proof.id));
    await Promise.all(round.proofs.map(proof => announcer.moved(proof)));
    let results = new Map<string, ProofResult>();
    let problem = 'The round gave no result for this tenant';
    try {
      results = await this.#prove(round, lost.signal);
    } catch (error) {
      problem = this.#describe(error);
      const tenants = round.proofs.map(proof => proof.tenant).join(' and ');
      logger.warn(`No proof of ${tenants}: ${problem}`);
    } finally {
      this.#leases.release(lost);
    }
    for (const [i, proof] of round.proofs.entries()) {
      const result = results.get(proof.tenant) ?? {
        verdicts: unproven(problem),
        receipts: [],
      };
      await this.#finish(proof, round.tenants[i], result);
    }
  }

  async #prove(
    round: ReadyRound,
    lost: AbortSignal,
  ): Promise<Map<string, ProofResult>> {
    const { store, announcer, prover, deadlineMs } = this.options;
    const { tenants, proofs } = round;
    const signal = AbortSignal.any([
      lost,
      this.#stop.signal,
      AbortSignal.timeout(deadlineMs + GRACE_MS),
    ]);
    const writers = new Map(
      proofs.map(proof => [
        proof.tenant,
        new ProgressWriter(async progress => {
          await store.progress(proof.id, progress);
          await announcer.moved(proof);
        }),
      ]),
    );
    try {
      return await untilAborted(
        signal,
        prover.prove({
          cluster: tenants[0].cluster,
          tenants,
          fresh:
            proofs.some(proof => proof.trigger === 'task') ||
            tenants.some(tenant => isNew(tenant)),
          signal,
          onProgress: (name, progress) => writers.get(name)?.report(progress),
        }),
      );
    } finally {
      writers.forEach(writer => writer.stop());
    }
  }

  #describe(error: unknown): string {
    if (isError(error) && error.name === 'TimeoutError') {
      const seconds = (this.options.deadlineMs + GRACE_MS) / 1000;
      return `The proof did not come to an end within ${seconds} s`;
    }
    return isError(error) ? error.message : String(error);
  }

  async #finish(
    proof: StoredProof,
    tenant: TenantRecord,
    result: ProofResult,
  ): Promise<void> {
    const { store, announcer, logger, onFinished } = this.options;
    const done = await store.finish(proof, result);
    if (!done) {
      logger.warn(`Proof ${proof.id} of ${proof.tenant} was no longer ours`);
      return;
    }
    await announcer.moved(done.proof);
    for (const change of done.changes) {
      await announcer.changed(tenant, change);
    }
    onFinished?.(done.proof, result);
    if (this.#stop.signal.aborted && !result.receipts.length) {
      // Another replica, or this one when it is back, makes up for it.
      await store.enqueue(proof);
    }
  }
}
