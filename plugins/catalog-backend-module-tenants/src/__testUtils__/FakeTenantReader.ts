import { EventEmitter, on } from 'node:events';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { TenantEvent, TenantReader } from '../TenantReader';
import { toEntity } from '../toEntity';

const APP = { appUrl: 'https://portal.example.com' };

/** A cluster's tenants in memory, which may be away. */
export class FakeTenantReader implements TenantReader {
  readonly #events = new EventEmitter();
  tenants: TenantRecord[] = [];
  isAway = false;
  lists = 0;

  constructor(readonly cluster: string) {}

  get provider(): string {
    return `TenantEntityProvider:${this.cluster}`;
  }

  async list() {
    this.lists++;
    if (this.isAway) {
      throw new Error('connect ECONNREFUSED');
    }
    return {
      entities: this.tenants.map(tenant => toEntity(tenant, APP)),
      resourceVersion: '1',
    };
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

  change(tenant: TenantRecord): void {
    this.#emit({ type: 'changed', entity: toEntity(tenant, APP) });
  }

  remove(name: string): void {
    this.#emit({ type: 'gone', entityRef: `resource:default/${name}` });
  }

  /** The server ends the watch, as it does every few minutes. */
  endWatch(): void {
    this.#events.emit('end');
  }

  #emit(event: TenantEvent): void {
    this.#events.emit('event', event);
  }
}
