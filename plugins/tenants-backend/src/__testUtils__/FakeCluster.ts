import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';

/** A request as the fake has seen it. */
export interface SeenRequest {
  method: string;
  path: string;
  dryRun: boolean;
}

/** Milliseconds that a watch lasts that is not of a whole cluster. */
const WATCH_MS = 50;
/** Milliseconds between two looks for changes that watches tell of. */
const LOOK_MS = 10;

/** Kinds that the portal may list in any namespace: of them an adoption looks at some. */
const LISTED = /^(deployments|persistentvolumeclaims)$/;

/** Vault's way of asking, which changes nothing. */
const ASKS = /\/login$|\/identity\/lookup\//;

/**
 * The network edge of a cluster and its Vault on loopback: objects are kept by
 * their path, and every wait finds its condition met.
 */
export class FakeCluster {
  readonly seen: SeenRequest[] = [];
  readonly objects = new Map<string, any>();
  #version = 0;
  #gates: { request: RegExp; until: Promise<void> }[] = [];

  static async start(): Promise<FakeCluster> {
    const fake = new FakeCluster(createServer());
    fake.server.on('request', async (request, response) => {
      if (fake.away === 'hangs') {
        return;
      }
      if (fake.away === 'refuses') {
        request.socket.destroy();
        return;
      }
      const what = `${request.method} ${request.url}`;
      const gate = fake.#gates.find(({ request: held }) => held.test(what));
      fake.held += gate ? 1 : 0;
      await gate?.until;
      const before = fake.writes.length;
      const { status, body } = fake.#answer(request, await read(request));
      if (fake.writes.length > before && --fake.writesLeft === 0) {
        fake.away = 'refuses';
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      const { pathname, searchParams } = new URL(request.url!, fake.url);
      if (!searchParams.has('watch')) {
        response.end(JSON.stringify(body));
      } else if (
        searchParams.has('fieldSelector') ||
        /\/namespaces\/[^/]+\//.test(pathname)
      ) {
        // Nothing is told: who watches lists again.
        setTimeout(() => response.end(), WATCH_MS);
      } else {
        fake.#follow(pathname, response);
      }
    });
    fake.server.listen(0, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  private constructor(private readonly server: Server) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Requests that change something. */
  get writes(): SeenRequest[] {
    return this.seen.filter(
      ({ method, path, dryRun }) =>
        method !== 'GET' && !dryRun && !ASKS.test(path),
    );
  }

  /** After so many more it is away, and nobody hears of the last one. */
  writesLeft = Infinity;
  #away: 'no' | 'refuses' | 'hangs' = 'no';
  readonly #watches = new Set<NodeJS.Timeout>();

  /** Has every request fail, or hang, as of a cluster that is away. */
  set away(how: 'no' | 'refuses' | 'hangs') {
    this.#away = how;
    if (how === 'refuses') {
      this.server.closeAllConnections();
    }
  }

  get away() {
    return this.#away;
  }

  /** Tells of all changes in a collection, whoever makes them and however. */
  #follow(path: string, response: ServerResponse): void {
    const told = new Map<string, { text: string; object: any }>();
    const tell = (type: string, object: any) =>
      response.write(`${JSON.stringify({ type, object })}\n`);
    const look = () => {
      if (this.#away !== 'no') {
        return;
      }
      const { items } = this.#list(path, new URLSearchParams());
      const now = new Map(
        items.map(o => [o.metadata.uid ?? o.metadata.name, o]),
      );
      for (const [key, { object }] of told) {
        if (!now.has(key)) {
          told.delete(key);
          tell('DELETED', object);
        }
      }
      for (const [key, object] of now) {
        const text = JSON.stringify(object);
        const known = told.get(key);
        if (known?.text !== text) {
          told.set(key, { text, object: JSON.parse(text) });
          tell(known ? 'MODIFIED' : 'ADDED', object);
        }
      }
    };
    response.flushHeaders();
    look();
    const timer = setInterval(look, LOOK_MS);
    this.#watches.add(timer);
    response.on('close', () => clearInterval(timer));
  }

  held = 0;

  /** Waits with the answer to a request like this, until it is called. */
  hold(request: RegExp): () => void {
    let release!: () => void;
    const until = new Promise<void>(resolve => {
      release = resolve;
    });
    this.#gates.push({ request, until });
    return release;
  }

  async stop(): Promise<void> {
    this.#watches.forEach(clearInterval);
    this.server.closeAllConnections();
    this.server.close();
  }

  #answer(request: IncomingMessage, text: string) {
    const { pathname: path, searchParams } = new URL(request.url!, this.url);
    const method = request.method!;
    const dryRun = searchParams.get('dryRun') === 'All';
    this.seen.push({ method, path, dryRun });
    const body = text ? JSON.parse(text) : undefined;
    return path.startsWith('/v1/')
      ? this.#vault(method, path, body)
      : this.#kubernetes(method, path, body, { dryRun, searchParams });
  }

  #vault(method: string, path: string, body: any) {
    if (path.endsWith('/login')) {
      const auth = { client_token: 'fake-vault-token', lease_duration: 3600 };
      return { status: 200, body: { auth } };
    }
    if (path.includes('/identity/lookup/')) {
      return { status: 200, body: {} };
    }
    if (path === '/v1/sys/auth') {
      return { status: 200, body: { data: { 'kubernetes/': {} } } };
    }
    if (method === 'GET') {
      const data = this.objects.get(path);
      return data
        ? { status: 200, body: { data } }
        : { status: 404, body: { errors: [] } };
    }
    if (method === 'DELETE') {
      this.objects.delete(path);
    } else if (path.includes('/data/')) {
      this.objects.set(path.replace('/data/', '/metadata/'), {
        current_version: 1,
        versions: { 1: { deletion_time: '', destroyed: false } },
      });
    } else {
      this.objects.set(path, { ...this.objects.get(path), ...body });
    }
    return { status: 200, body: { data: {} } };
  }

  #kubernetes(
    method: string,
    path: string,
    body: any,
    query: { dryRun: boolean; searchParams: URLSearchParams },
  ) {
    if (this.#isForbidden(path)) {
      return { status: 403, body: { message: `${path} is forbidden` } };
    }
    const live = this.objects.get(path);
    if (method === 'PATCH') {
      const { resourceVersion, uid, creationTimestamp, ...before } =
        live?.metadata ?? {};
      const same =
        live && JSON.stringify(before) === JSON.stringify(body.metadata);
      const version = same ? resourceVersion : String(++this.#version);
      const object = {
        ...body,
        metadata: {
          ...body.metadata,
          resourceVersion: version,
          uid: uid ?? randomUUID(),
          creationTimestamp: creationTimestamp ?? new Date().toISOString(),
        },
        status: {
          replicas: 1,
          updatedReplicas: 1,
          availableReplicas: 1,
          conditions: ['Ready', 'Available'].map(type => ({
            type,
            status: 'True',
          })),
        },
      };
      if (!query.dryRun) {
        this.objects.set(path, object);
      }
      return { status: live ? 200 : 201, body: object };
    }
    if (method === 'DELETE') {
      // With a namespace goes all that is in it.
      for (const [key, { spec }] of this.objects) {
        const isInside = key.includes(`${path.replace('/api/v1', '')}/`);
        // And those volumes of its claims that are not to be retained.
        const isClaimed =
          spec?.persistentVolumeReclaimPolicy === 'Delete' &&
          path === `/api/v1/namespaces/${spec.claimRef.namespace}`;
        if (key === path || isInside || isClaimed) {
          this.objects.delete(key);
        }
      }
      return { status: 200, body: {} };
    }
    if (live) {
      return { status: 200, body: live };
    }
    if (!isCollection(path)) {
      return { status: 404, body: { message: `${path} not found` } };
    }
    return { status: 200, body: this.#list(path, query.searchParams) };
  }

  /** Inside a namespace the portal holds rights by its own RoleBinding alone, but to list. */
  #isForbidden(path: string): boolean {
    const [, namespace, kind] =
      /\/namespaces\/([^/]+)\/([^/]+)/.exec(path) ?? [];
    const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    return (
      namespace?.includes('-tenant-') &&
      kind !== 'rolebindings' &&
      !(LISTED.test(kind) && isCollection(path)) &&
      !this.objects.has(`${bindings}/threewalls-portal`)
    );
  }

  #list(path: string, searchParams: URLSearchParams) {
    const [, name] =
      /metadata\.name=([^,]+)/.exec(searchParams.get('fieldSelector') ?? '') ??
      [];
    const selects = selectorOf(searchParams.get('labelSelector') ?? '');
    const items = [...this.objects]
      .filter(([key]) => isIn(key, path))
      .map(([, object]) => object)
      .filter(
        ({ metadata }) =>
          selects(metadata.labels ?? {}) && (!name || metadata.name === name),
      );
    return { items, metadata: { resourceVersion: String(this.#version) } };
  }
}

/** Whether an object is in a collection: of a namespace, or of the whole cluster. */
function isIn(key: string, path: string): boolean {
  const home = key.slice(0, key.lastIndexOf('/'));
  const everywhere = home.replace(/\/namespaces\/[^/]+\/([^/]+)$/, '/$1');
  return home === path || everywhere === path;
}

/** Whether labels are as a selector says: `a=b`, `a!=b`, or `a` alone. */
function selectorOf(selector: string) {
  const parts = selector.split(',').filter(Boolean);
  return (labels: Record<string, string>) =>
    parts.every(part => {
      const [, key, operator, value] = /^([^!=]+)(!?=)?(.*)$/.exec(part) ?? [];
      return operator
        ? (labels[key] === value) === (operator === '=')
        : key in labels;
    });
}

/** A path that ends in a kind's plural. */
function isCollection(path: string): boolean {
  const [, rest] = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
  const parts = (rest ?? '').split('/');
  return (
    parts.length === 1 || (parts.length === 3 && parts[0] === 'namespaces')
  );
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  return text;
}
