import { createServer, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import {
  KubernetesObject,
  objectPath,
  planTenant,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { specOf, TENANTS, tenantUid } from './apiData';

const READY = [{ type: 'Ready', status: 'True' }];

/** What a cluster hands out: its objects by kind, and what Vault has by path. */
interface Served {
  /** By path of the kind in the whole cluster */
  lists: Map<string, { kind: string; items: KubernetesObject[] }>;
  vault: Map<string, unknown>;
}

/**
 * A cluster and Vault with a thousand tenants just as planned, as far as the portal
 * reads them to list and compare them. Lists and answers are ready made, and
 * watches stay open and quiet, so that it takes next to no time of the machine that
 * is measured.
 *
 * @param tenants - The portal's section of config, for any address
 */
export async function startCluster(
  tenants: (address: string) => JsonObject,
): Promise<{
  address: string;
  stop(): void;
}> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const { lists, vault } = serve(tenants(address));
  const bodies = new Map(
    [...lists].map(([path, { kind, items }]) => [
      path,
      Buffer.from(JSON.stringify(listOf(kind, items))),
    ]),
  );
  server.on('request', (req, res) => {
    const { pathname, searchParams } = new URL(req.url!, address);
    if (pathname.startsWith('/v1/')) {
      const list = req.method === 'LIST' || searchParams.has('list');
      const data = vault.get(list ? `${pathname}/` : pathname);
      answer(res, data ? 200 : 404, data ? { data } : { errors: [] });
    } else if (pathname === '/version') {
      answer(res, 200, { gitVersion: 'v1.37.2' });
    } else if (pathname === '/apis') {
      answer(res, 200, { kind: 'APIGroupDiscoveryList', items: [] });
    } else if (searchParams.has('watch')) {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.flushHeaders();
    } else {
      const body = bodies.get(pathname) ?? listOf('', []);
      answer(res, 200, body);
    }
  });
  return {
    address,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

function listOf(kind: string, items: KubernetesObject[]) {
  const metadata = { resourceVersion: '100000' };
  return { apiVersion: 'v1', kind: `${kind}List`, metadata, items };
}

function serve(tenants: JsonObject): Served {
  const platform = readPlatform(new ConfigReader({ tenants }));
  const [{ authMount }] = platform.clusters.map(c => c.vault);
  const lists: Served['lists'] = new Map();
  const roles: string[] = [];
  const vault: Served['vault'] = new Map<string, unknown>([
    ['/v1/sys/auth', { [`${authMount}/`]: { type: 'kubernetes' } }],
    [`/v1/auth/${authMount}/role/`, { keys: roles }],
  ]);
  for (let n = 0; n < TENANTS; n++) {
    const plan = planTenant(specOf(n), platform);
    roles.push(plan.names.vaultRole);
    for (const resource of plan.stages.flatMap(stage => stage.resources)) {
      if (resource.type === 'kubernetes') {
        const object = live(resource.object, n);
        const { apiVersion, kind } = object;
        const path = objectPath({ apiVersion, kind });
        const list = lists.get(path) ?? { kind, items: [] };
        list.items.push(object);
        lists.set(path, list);
      } else if (resource.type === 'vault') {
        vault.set(`/v1/${resource.path}`, resource.body);
      } else {
        const { mount, path } = resource;
        vault.set(`/v1/${mount}/metadata/${path}`, { current_version: 1 });
      }
    }
  }
  return { lists, vault };
}

/** An object as the cluster has it once it was sent. */
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
        ? { hard: spec.hard, used: { ...spec.hard, pods: `${n % 5}` } }
        : { conditions: READY },
  };
}
