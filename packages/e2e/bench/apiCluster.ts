import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { TENANTS, tenantName, tenantUid } from './apiData';

/**
 * A cluster of a thousand tenants as far as the API reads it: two lists, ready
 * made, so that it takes next to no time of the machine that is measured.
 */
export async function startCluster(): Promise<{
  address: string;
  stop(): void;
}> {
  const lists: Record<string, Buffer> = {
    '/api/v1/namespaces': list('Namespace', namespaceOf),
    '/api/v1/resourcequotas': list('ResourceQuota', quotaOf),
    '/version': Buffer.from('{"gitVersion":"v1.37.2"}'),
  };
  const server: Server = createServer((req, res) => {
    const body = lists[req.url!.split('?')[0]];
    res.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    res.end(body ?? '{"message":"not here","reason":"NotFound"}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function list(kind: string, make: (name: string, n: number) => object) {
  const items = Array.from({ length: TENANTS }, (_, n) =>
    make(tenantName(n), n),
  );
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'v1',
      kind: `${kind}List`,
      metadata: { resourceVersion: '100000' },
      items,
    }),
  );
}

function namespaceOf(name: string, n: number) {
  const owner = `group:default/team-${n % 50}`;
  return {
    metadata: {
      name: `web-tenant-${name}`,
      uid: tenantUid(n),
      resourceVersion: String(1000 + n),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        'app.kubernetes.io/managed-by': 'threewalls',
        'threewalls.io/tenant': name,
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
      annotations: {
        'threewalls.io/owner': owner,
        'threewalls.io/spec': JSON.stringify({
          name,
          owner,
          cluster: 'lab',
          size: 'small',
          egress: { hosts: ['api.saas.test'], cidrs: [] },
          allowInternet: false,
        }),
      },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function quotaOf(name: string, n: number) {
  const hard = { 'limits.cpu': '2', 'limits.memory': '2Gi', pods: '10' };
  return {
    metadata: { name: 'tenant-quota', namespace: `web-tenant-${name}` },
    spec: { hard },
    status: {
      hard,
      used: { 'limits.cpu': '1', 'limits.memory': '1Gi', pods: `${n % 5}` },
    },
  };
}
