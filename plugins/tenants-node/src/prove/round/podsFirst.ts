import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds that the portal's own attempts wait for the pods to have started:
 * pods that share a node with the API server start sooner undisturbed, and then
 * wait for their connects to time out, which is when there is time for the rest.
 */
const PATIENCE_MS = 4_000;

/** Tells when all pods of a round have started, or will not. */
export class PodsFirst {
  #left: number;
  #resolve: () => void = () => {};
  readonly #all = new Promise<void>(resolve => {
    this.#resolve = resolve;
  });

  constructor(pods: number) {
    this.#left = pods;
  }

  /** What one pod calls once it has started, and when it has ended. */
  onePod(): () => void {
    let counted = false;
    return () => {
      if (!counted) {
        counted = true;
        this.#left -= 1;
        if (this.#left === 0) {
          this.#resolve();
        }
      }
    };
  }

  /** Until they have, for a while at most; a signal that aborts ends the wait. */
  async wait(signal: AbortSignal): Promise<void> {
    const patience = sleep(PATIENCE_MS, undefined, { signal, ref: false });
    await Promise.race([this.#all, patience.catch(() => {})]);
  }
}
