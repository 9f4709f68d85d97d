import { EventEmitter, on } from 'node:events';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { TenantEvent, TenantReader } from '../TenantReader';

/** A cluster's tenants in memory, which may be away. */
export class FakeTenantReader implements TenantReader {
  readonly #events = new EventEmitter();
  tenants: TenantRecord[] = [];
  isAway = false;
  lists = 0;

  constructor(readonly cluster: string) {}

  async list() {
    this.lists++;
    if (this.isAway) {
      throw new Error('connect ECONNREFUSED');
    }
    return { tenants: this.tenants, resourceVersion: '1' };
  }

  async *watch(options: { signal: AbortSignal }) {
    const events = on(this.#events, 'event', {
      signal: options.signal,
      close: ['end'],
    });
    for await (const [event] of events) {
      yield event as TenantEvent;
    }
  }

  emit(event: TenantEvent): void {
    this.#events.emit('event', event);
  }

  /** The server ends the watch, as it does every few minutes. */
  endWatch(): void {
    this.#events.emit('end');
  }
}
