import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  KubernetesObject,
  TENANT_SELECTOR,
  toTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { toEntity } from './toEntity';
import { toUnmanagedEntity } from './toUnmanagedEntity';

/** A tenant has come, has changed, or is gone. */
export type TenantEvent =
  | { type: 'changed'; entity: Entity }
  | { type: 'gone'; entityRef: string };

/** Finds the tenants of one cluster, as entities. */
export interface TenantReader {
  cluster: string;
  /** What a provider of these is called, in the catalog's database too */
  provider: string;
  list(options: {
    signal?: AbortSignal;
  }): Promise<{ entities: Entity[]; resourceVersion: string }>;
  /** Ends when the server says so; then the caller lists again. */
  watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): AsyncIterable<TenantEvent>;
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

/** Finds the tenants of a cluster by their namespaces. */
export class NamespaceTenantReader implements TenantReader {
  /** Tenants that Threewalls made. */
  static create(
    target: Cluster,
    options: { appUrl: string },
  ): NamespaceTenantReader {
    return new NamespaceTenantReader(
      target,
      'TenantEntityProvider',
      TENANT_SELECTOR,
      namespace => {
        const tenant = toTenant(namespace, target.name);
        return tenant && toEntity(tenant, options);
      },
    );
  }

  /** Namespaces that somebody else made and still looks after. */
  static unmanaged(
    target: Cluster,
    options: { labelSelector: string; owner?: string },
  ): NamespaceTenantReader {
    return new NamespaceTenantReader(
      target,
      'UnmanagedTenantEntityProvider',
      // One that is adopted leaves this list for the other.
      `${options.labelSelector},${MANAGED_BY_LABEL}!=${FIELD_MANAGER}`,
      namespace =>
        toUnmanagedEntity(namespace, {
          cluster: target.name,
          owner: options.owner,
        }),
    );
  }

  private constructor(
    private readonly target: Cluster,
    private readonly kind: string,
    private readonly labelSelector: string,
    private readonly read: (namespace: KubernetesObject) => Entity | undefined,
  ) {}

  get cluster(): string {
    return this.target.name;
  }

  get provider(): string {
    return `${this.kind}:${this.cluster}`;
  }

  async list(options: { signal?: AbortSignal }) {
    const { labelSelector } = this;
    const { items, resourceVersion } = await this.target.kubernetes.list(
      NAMESPACE,
      { labelSelector, ...options },
    );
    return {
      entities: items.flatMap(item => this.read(item) ?? []),
      resourceVersion,
    };
  }

  async *watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): AsyncGenerator<TenantEvent> {
    const { labelSelector } = this;
    const events = this.target.kubernetes.watch(NAMESPACE, {
      labelSelector,
      ...options,
    });
    for await (const { type, object } of events) {
      if (type === 'ERROR') {
        return;
      }
      const entity = type === 'BOOKMARK' ? undefined : this.read(object);
      if (entity && type === 'DELETED') {
        yield { type: 'gone', entityRef: stringifyEntityRef(entity) };
      } else if (entity) {
        yield { type: 'changed', entity };
      }
    }
  }
}
