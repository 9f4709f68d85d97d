import { LoggerService } from '@backstage/backend-plugin-api';
import { LEASE_MS } from '../database/DatabaseProofStore';
import { ProofStore } from '../database/ProofStore';

/** Renews the leases of the proofs that run here, and ends those that lost it. */
export class LeaseKeeper {
  readonly #held = new Map<AbortController, string[]>();
  #heart: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ProofStore,
    private readonly logger: LoggerService,
  ) {}

  /** Keeps leases until `release`; the controller aborts when one is lost. */
  hold(proofIds: string[]): AbortController {
    const lost = new AbortController();
    this.#held.set(lost, proofIds);
    this.#heart ??= setInterval(() => this.#beat(), LEASE_MS / 3).unref();
    return lost;
  }

  release(lost: AbortController): void {
    this.#held.delete(lost);
  }

  stop(): void {
    clearInterval(this.#heart);
  }

  async #beat(): Promise<void> {
    const held = [...this.#held];
    if (!held.length) {
      return;
    }
    try {
      const ids = held.flatMap(([, proofIds]) => proofIds);
      const ours = new Set(await this.store.heartbeat(ids));
      for (const [lost, proofIds] of held) {
        if (!proofIds.every(id => ours.has(id)) && this.#held.has(lost)) {
          lost.abort(new Error('The lease of this proof ran out'));
        }
      }
    } catch (error) {
      this.logger.warn(`Leases of proofs were not renewed: ${error}`);
    }
  }
}
