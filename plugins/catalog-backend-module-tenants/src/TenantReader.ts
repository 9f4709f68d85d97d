import {
  Cluster,
  listTenants,
  TENANT_SELECTOR,
  TenantRecord,
  toTenant,
} from '@threewalls/backstage-plugin-tenants-node';

/** A tenant has come, has changed, or is gone. */
export type TenantEvent =
  | { type: 'changed'; tenant: TenantRecord }
  | { type: 'gone'; name: string };

/** Finds the tenants of one cluster. */
export interface TenantReader {
  cluster: string;
  list(options: {
    signal?: AbortSignal;
  }): Promise<{ tenants: TenantRecord[]; resourceVersion: string }>;
  /** Ends when the server says so; then the caller lists again. */
  watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): AsyncIterable<TenantEvent>;
}

/** Finds the tenants of a cluster by their namespaces. */
export class NamespaceTenantReader implements TenantReader {
  static create(cluster: Cluster): NamespaceTenantReader {
    return new NamespaceTenantReader(cluster);
  }

  private constructor(private readonly target: Cluster) {}

  get cluster(): string {
    return this.target.name;
  }

  async list(options: { signal?: AbortSignal }) {
    return listTenants(this.target, options);
  }

  async *watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): AsyncGenerator<TenantEvent> {
    const events = this.target.kubernetes.watch(
      { apiVersion: 'v1', kind: 'Namespace' },
      { labelSelector: TENANT_SELECTOR, ...options },
    );
    for await (const { type, object } of events) {
      if (type === 'ERROR') {
        return;
      }
      const tenant = toTenant(object, this.cluster);
      if (tenant && type === 'DELETED') {
        yield { type: 'gone', name: tenant.name };
      } else if (tenant && type !== 'BOOKMARK') {
        yield { type: 'changed', tenant };
      }
    }
  }
}
