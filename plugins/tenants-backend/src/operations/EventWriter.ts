import { LoggerService } from '@backstage/backend-plugin-api';
import { OperationEvent } from '@threewalls/backstage-plugin-tenants-common';
import pLimit from 'p-limit';

/** Milliseconds that events are collected before they are written. */
const GAP_MS = 200;

type Event = Omit<OperationEvent, 'position'>;

/**
 * Writes what an operation does, a few times a second. Events are a courtesy: an
 * operation does not fail for want of them, but for those by which it would go on
 * where it was cut off.
 */
export class EventWriter {
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #oneAtATime = pLimit(1);

  constructor(
    private readonly write: (events: Event[]) => Promise<void>,
    private readonly logger: Pick<LoggerService, 'warn'>,
  ) {}

  add(event: Omit<Event, 'at'>): void {
    this.#waiting.push({ ...event, at: new Date().toISOString() });
    this.#timer ??= setTimeout(() => this.flush(), GAP_MS);
  }

  /** Resolves when all that was added is written, or could not be. */
  async flush(): Promise<void> {
    await this.written().catch(error => {
      this.logger.warn(`Events of an operation were not written: ${error}`);
    });
  }

  /**
   * Resolves when all that was added is written.
   *
   * @throws what the database says; they are written with the next ones, then
   */
  async written(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#oneAtATime(async () => {
      const events = this.#waiting;
      this.#waiting = [];
      try {
        await this.write(events);
      } catch (error) {
        this.#waiting = [...events, ...this.#waiting];
        throw error;
      }
    });
  }
}
