/* eslint-disable no-console */
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import {
  Cluster,
  KubernetesObject,
  objectPath,
  Platform,
  planTenant,
  readPlatform,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { SecondCluster } from '../src/clustersSecond';
import { adminLab, merge, objectOf, refOf } from '../src/support/lab';
import { objectsOf, resourcesOf } from '../src/support/plans';
import { specOf } from './apiData';
import { SEED } from './tenant';

/** Tenants that are made at once. */
const AT_ONCE = 16;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** What a plan may hold, and what could widen it. */
const CILIUM = [
  'ciliumnetworkpolicies.cilium.io',
  'ciliumclusterwidenetworkpolicies.cilium.io',
];
/** As External Secrets would say. */
const READY = () => ({
  conditions: [
    { type: 'Ready', status: 'True', reason: 'Valid', message: 'valid' },
  ],
});
/** What controllers report of a kind. */
const REPORTED: Record<string, (object: KubernetesObject) => object> = {
  SecretStore: READY,
  ExternalSecret: READY,
  ResourceQuota: ({ spec }) => {
    const { hard } = spec as { hard: object };
    const none = Object.keys(hard).map(resource => [resource, '0']);
    // Without what is used, nothing is admitted.
    return { hard, used: Object.fromEntries(none) };
  },
};

/**
 * An API server with its etcd, and a Vault, that have tenants just as planned.
 * Nothing acts on the objects: there are neither controllers nor nodes.
 */
export class FilledCluster {
  /** With KEEP=1 it stays for the next run, which goes on with what it has. */
  static async up(): Promise<FilledCluster> {
    const second = await SecondCluster.up({
      objectsOnly: true,
      kept: Boolean(process.env.KEEP),
    });
    const cluster = new FilledCluster(second);
    for (const name of CILIUM) {
      const path = `${CRDS}/${name}`;
      const { spec } = await adminLab().kubernetes.expect({
        method: 'GET',
        path,
      });
      const body = objectOf('CustomResourceDefinition', { name }, { spec });
      const request = { method: 'POST', path: CRDS, body } as const;
      await cluster.#admin.kubernetes.request(request);
    }
    return cluster;
  }

  /** Of the tenants' namespaces, in their order. */
  uids: string[] = [];
  readonly #admin: Cluster;
  readonly #platform: Platform;

  private constructor(private readonly second: SecondCluster) {
    this.#admin = second.admin();
    const config = new ConfigReader({ tenants: this.config() });
    this.#platform = readPlatform(config);
  }

  async stop(): Promise<void> {
    if (!process.env.KEEP) {
      await this.second.reset();
    }
  }

  /** The portal's section of config. */
  config(): JsonObject {
    const { kubernetes, vault } = this.second.config();
    return {
      clusters: [{ name: 'lab', kubernetes, vault }],
      network: { provider: 'cilium' },
      // Nothing is due while something else is measured.
      proofs: { interval: { days: 30 } },
    };
  }

  planOf(n: number): TenantPlan {
    return planTenant(specOf(n), this.#platform);
  }

  /** Adds tenants until there are so many. */
  async fill(count: number): Promise<void> {
    const begun = performance.now();
    let next = Math.max(0, (await this.#namespaces()).length - 8 * AT_ONCE);
    const worker = async () => {
      while (next < count) {
        const n = next++;
        await this.#add(this.planOf(n));
        if ((n + 1) % 500 === 0) {
          const s = (performance.now() - begun) / 1000;
          console.log(`${n + 1} tenants are there after ${s.toFixed(0)} s`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const namespaces = await this.#namespaces();
    if (namespaces.length !== count) {
      throw new Error(`There are ${namespaces.length} tenants, not ${count}`);
    }
    this.uids = namespaces
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ metadata }) => String(metadata.uid));
  }

  /** Deletes an object of a tenant; the answer brings it back. */
  async delete(n: number, id: string): Promise<() => Promise<void>> {
    const object = objectsOf(this.planOf(n)).find(
      o => `${o.kind} ${o.metadata.name}` === id,
    )!;
    const { apiVersion, kind, metadata } = object;
    await this.#admin.kubernetes.delete({ apiVersion, kind, ...metadata });
    return () => this.#create(object);
  }

  async #namespaces(): Promise<KubernetesObject[]> {
    const { items } = await this.#admin.kubernetes.list(refOf('Namespace'), {
      labelSelector: 'threewalls.io/tenant',
    });
    // The portal itself adds canaries.
    return items.filter(({ metadata }) => metadata.name.includes('-tenant-0'));
  }

  async #add(plan: TenantPlan): Promise<void> {
    const { vault } = this.#admin;
    for (const resource of resourcesOf(plan)) {
      if (resource.type === 'kubernetes') {
        await this.#create(resource.object);
      } else if (resource.type === 'vault') {
        await vault.expect('PUT', resource.path, resource.body);
      } else {
        const { mount, path } = resource;
        await vault.expect('POST', `${mount}/data/${path}`, { data: SEED });
      }
    }
  }

  /** What was there already, of a run that was cut off, stays. */
  async #create(object: KubernetesObject): Promise<void> {
    const { status, body } = await this.#admin.kubernetes.create(object, {
      metadataOnly: true,
    });
    if (status >= 300 && status !== 409) {
      throw new Error(
        `${object.kind} ${object.metadata.name}: ${body.message}`,
      );
    }
    const { apiVersion, kind, metadata } = object;
    const reported = REPORTED[kind]?.(object);
    if (reported) {
      const path = `${objectPath({ apiVersion, kind, ...metadata })}/status`;
      const update = { status: reported };
      await merge(this.#admin.kubernetes, path, update, 'controllers');
    }
  }
}
