import { ProofProgress } from '@threewalls/backstage-plugin-tenants-common';

/** Milliseconds between two writes of a proof's progress. */
const GAP_MS = 500;

/**
 * Writes progress at most twice a second, the first and the last of a burst.
 * After `stop` nothing is written any more.
 */
export class ProgressWriter {
  #next: ProofProgress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly write: (progress: ProofProgress) => Promise<void>,
  ) {}

  report(progress: ProofProgress): void {
    if (this.#isStopped) {
      return;
    }
    this.#next = progress;
    if (!this.#timer) {
      this.#flush();
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #flush(): void {
    const progress = this.#next;
    this.#next = undefined;
    this.#timer = progress && setTimeout(() => this.#flush(), GAP_MS);
    if (progress) {
      // Progress is a courtesy: a proof does not fail for want of it.
      this.write(progress).catch(() => {});
    }
  }
}
