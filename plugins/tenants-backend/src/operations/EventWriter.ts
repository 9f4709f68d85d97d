import { LoggerService } from '@backstage/backend-plugin-api';
import { OperationEvent } from '@threewalls/backstage-plugin-tenants-common';

/** Milliseconds that events are collected before they are written. */
const GAP_MS = 200;

type Event = Omit<OperationEvent, 'position'>;

/**
 * Writes what an operation does, a few times a second. Events are a courtesy: an
 * operation does not fail for want of them.
 */
export class EventWriter {
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

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
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    this.#last = this.#last
      .then(() => this.write(events))
      .catch(error => {
        this.logger.warn(`Events of an operation were not written: ${error}`);
      });
    return this.#last;
  }
}
