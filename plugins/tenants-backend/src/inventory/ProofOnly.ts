import { isDeepStrictEqual } from 'node:util';
import { LoggerService } from '@backstage/backend-plugin-api';
import { isProofOnly } from '@threewalls/backstage-plugin-tenants-common';
import {
  KubernetesObject,
  Platform,
  planTenant,
  proofOnlySpec,
  ProofOnlyTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { NewOperation, proofOf } from '../database/OperationStore';
import { TenantStore } from '../database/TenantStore';
import { Caches } from './caches';
import { NAMESPACES } from './ClusterReader';

/** Keeps the records of tenants that config declares and that are only proved. */
export class ProofOnly {
  /** Names that were found to be taken, and told of */
  readonly #taken = new Set<string>();

  /** @throws InputError for a declaration that no tenant of its cluster may have */
  constructor(
    private readonly options: {
      platform: Platform;
      caches: Caches;
      store: TenantStore;
      logger: LoggerService;
      enqueue(wanted: NewOperation): Promise<unknown>;
      onChanged(name: string): Promise<void>;
    },
  ) {
    const { platform } = options;
    for (const cluster of platform.clusters) {
      for (const declared of cluster.proofOnly) {
        planTenant(proofOnlySpec(declared, cluster), platform);
      }
    }
  }

  /**
   * Notes each one whose namespace is there, and has a new one proved; and that those
   * which config declares no more are no tenants.
   */
  async keep(): Promise<void> {
    const { platform, caches, store, onChanged } = this.options;
    const declared = new Set<string>();
    for (const { name: cluster, proofOnly } of platform.clusters) {
      for (const one of proofOnly) {
        declared.add(`${cluster} ${one.name}`);
        const seen = await caches
          .get(cluster)!
          .list<KubernetesObject>(NAMESPACES);
        const items = 'items' in seen ? seen.items : [];
        // What can't be read now stays as it is known.
        const found = items.find(ns => ns.metadata.name === one.namespace);
        if (found) {
          await this.#know(one, cluster, String(found.metadata.uid));
        }
      }
    }
    for (const { uid, name, cluster, spec } of await store.list()) {
      if (isProofOnly(spec) && !declared.has(`${cluster} ${name}`)) {
        await store.remove(uid, async () => {});
        await onChanged(name);
      }
    }
  }

  async #know(
    declared: ProofOnlyTenant,
    cluster: string,
    uid: string,
  ): Promise<void> {
    const { store, logger, enqueue, onChanged } = this.options;
    const { name, namespace, owner } = declared;
    const known = await store.find(name);
    if (known && !(isProofOnly(known.spec) && known.cluster === cluster)) {
      if (!this.#taken.has(name)) {
        logger.warn(
          `Namespace ${namespace} of cluster ${cluster} is not proved: there is another tenant ${name}. Declare it under another name`,
        );
      }
      this.#taken.add(name);
      return;
    }
    const spec = proofOnlySpec(declared, { name: cluster });
    const tenant = { uid, name, cluster, namespace, owner, spec };
    if (known && isDeepStrictEqual({ ...known, ...tenant }, known)) {
      return;
    }
    await store.remember(tenant, known?.uid);
    await enqueue(proofOf(tenant, 'schedule'));
    await onChanged(name);
  }
}
