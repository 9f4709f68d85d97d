import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import {
  KubernetesObject,
  objectPath,
  Platform,
  planTenant,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { specOf, tenantUid } from './apiData';

const READY = [{ type: 'Ready', status: 'True' }];

/**
 * A cluster and Vault with tenants just as planned, as far as the portal reads them
 * to list and compare them. Objects are ready made, and watches stay open and quiet, so
 * that it takes next to no time of the machine that is measured. What would change
 * anything is refused.
 */
export class PlannedCluster {
  /** Objects as JSON, by path of the kind in the whole cluster */
  readonly #lists = new Map<string, string[]>();
  readonly #vault = new Map<string, object>();
  readonly #watches = new Map<string, Set<ServerResponse>>();
  /** Paths of objects that were deleted */
  readonly #gone = new Set<string>();

  /** @param tenants - The portal's section of config, for any address */
  static async start(
    count: number,
    tenants: (address: string) => JsonObject,
  ): Promise<PlannedCluster> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}`;
    const config = new ConfigReader({ tenants: tenants(address) });
    return new PlannedCluster(server, address, readPlatform(config), count);
  }

  private constructor(
    private readonly server: Server,
    readonly address: string,
    private readonly platform: Platform,
    private readonly count: number,
  ) {
    this.#fill();
    server.on('request', (req, res) => this.#answer(req, res));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Deletes an object of a tenant, and tells of it. */
  delete(n: number, id: string): void {
    const { object } = this.#objectsOf(n).find(found => found.id === id)!;
    this.#gone.add(objectPath({ ...object, ...object.metadata }));
    const event = JSON.stringify({ type: 'DELETED', object });
    const { apiVersion, kind } = object;
    for (const watch of this.#watches.get(objectPath({ apiVersion, kind })) ??
      []) {
      watch.write(`${event}\n`);
    }
  }

  #fill(): void {
    const [{ authMount }] = this.platform.clusters.map(c => c.vault);
    const roles: string[] = [];
    const mount = { [`${authMount}/`]: { type: 'kubernetes' } };
    this.#vault.set('/v1/sys/auth', mount);
    this.#vault.set(`/v1/auth/${authMount}/role/`, { keys: roles });
    for (let n = 0; n < this.count; n++) {
      const plan = planTenant(specOf(n), this.platform);
      roles.push(plan.names.vaultRole);
      for (const resource of plan.stages.flatMap(stage => stage.resources)) {
        if (resource.type === 'vault') {
          this.#vault.set(`/v1/${resource.path}`, resource.body);
        } else if (resource.type === 'seed') {
          const { mount: kv, path } = resource;
          this.#vault.set(`/v1/${kv}/metadata/${path}`, { current_version: 1 });
        }
      }
      for (const { object } of this.#objectsOf(n)) {
        const { apiVersion, kind } = object;
        const path = objectPath({ apiVersion, kind });
        const items = this.#lists.get(path) ?? [];
        items.push(JSON.stringify(object));
        this.#lists.set(path, items);
      }
    }
  }

  /** Objects as the cluster has them once they were sent. */
  #objectsOf(n: number): { id: string; object: KubernetesObject }[] {
    return planTenant(specOf(n), this.platform)
      .stages.flatMap(stage => stage.resources)
      .flatMap(resource =>
        resource.type === 'kubernetes'
          ? { id: resource.id, object: live(resource.object, n) }
          : [],
      );
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const { pathname, searchParams } = new URL(req.url!, this.address);
    const isVault = pathname.startsWith('/v1/');
    if (req.method !== 'GET' && req.method !== 'LIST') {
      send(res, 403, { message: 'Nothing changes here', errors: ['No'] });
    } else if (isVault) {
      const list = req.method === 'LIST' || searchParams.has('list');
      const data = this.#vault.get(list ? `${pathname}/` : pathname);
      send(res, data ? 200 : 404, data ? { data } : { errors: [] });
    } else if (pathname === '/version') {
      send(res, 200, { gitVersion: 'v1.37.2' });
    } else if (pathname === '/apis') {
      send(res, 200, { kind: 'APIGroupDiscoveryList', items: [] });
    } else if (searchParams.has('watch')) {
      this.#follow(pathname, res);
    } else {
      const one = this.#inNamespace(pathname).find(
        object => objectPath({ ...object, ...object.metadata }) === pathname,
      );
      const all = this.#lists.get(pathname) ?? this.#listIn(pathname);
      send(res, 200, one ?? pageOf(all, searchParams));
    }
  }

  #follow(path: string, res: ServerResponse): void {
    const watches = this.#watches.get(path) ?? new Set();
    this.#watches.set(path, watches.add(res));
    res.on('close', () => watches.delete(res));
    res.writeHead(200, { 'content-type': 'application/json' });
    res.flushHeaders();
  }

  #listIn(path: string): string[] {
    const items = this.#inNamespace(path).filter(
      ({ apiVersion, kind, metadata: { namespace } }) =>
        objectPath({ apiVersion, kind, namespace }) === path,
    );
    return items.map(item => JSON.stringify(item));
  }

  /** What there is of the tenant whose namespace a path names. */
  #inNamespace(path: string): KubernetesObject[] {
    const n = /\/namespaces\/[^/]*tenant-(\d+)/.exec(path)?.[1];
    return n === undefined
      ? []
      : this.#objectsOf(Number(n))
          .map(({ object }) => object)
          .filter(o => !this.#gone.has(objectPath({ ...o, ...o.metadata })));
  }
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

function pageOf(all: string[], query: URLSearchParams): Buffer {
  const from = Number(query.get('continue') ?? 0);
  const to = from + Number(query.get('limit') ?? all.length);
  const next = to < all.length ? { continue: String(to) } : {};
  const metadata = JSON.stringify({ resourceVersion: '100000', ...next });
  const items = all.slice(from, to).join();
  return Buffer.from(`{"metadata":${metadata},"items":[${items}]}`);
}

function live(object: KubernetesObject, n: number): KubernetesObject {
  const { kind, metadata, spec } = object as any;
  return {
    ...object,
    metadata: {
      ...metadata,
      uid:
        kind === 'Namespace' ? tenantUid(n) : `${kind}-${metadata.name}-${n}`,
      resourceVersion: String(1000 + n),
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    status:
      kind === 'ResourceQuota'
        ? { hard: spec.hard, used: spec.hard }
        : { conditions: READY },
  };
}
