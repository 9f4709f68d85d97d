import { once } from 'node:events';
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { MockDirectory } from '@backstage/backend-test-utils';
import { stringify } from 'yaml';
import { testPlatform } from '../__fixtures__/platform';
import { Platform } from '../config/platform';

/** By which the portal logs in to a cluster. */
export const TOKEN = 'Planted-token-of-the-portal';

/** What an edge does with a request: answers, or breaks the connection. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | 'reset'
  | 'half'
  | 'nothing'
  /** Answers as it likes, such as with a stream */
  | ((response: ServerResponse, url: URL) => void);

/** A kubeconfig for a server over plain HTTP, which is taken only where TLS need not be. */
export function kubeconfigFor(server: string, token = TOKEN): string {
  return stringify({
    'current-context': 'edge',
    contexts: [{ name: 'edge', context: { cluster: 'edge', user: 'edge' } }],
    clusters: [
      { name: 'edge', cluster: { server, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'edge', user: { token } }],
  });
}

/** The network edge on loopback: an API server or a Vault that says what it is told. */
export class Edge {
  /** Such as `GET /api/v1/namespaces` */
  readonly seen: string[] = [];
  readonly tokens: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  /** Connections that were opened so far */
  connections = 0;

  static async start(
    answer: (request: string, times: number) => Answer,
  ): Promise<Edge> {
    const edge = new Edge(createServer());
    edge.server.on('request', (request, response) => {
      const what = `${request.method} ${request.url!.split('?')[0]}`;
      edge.seen.push(what);
      edge.headers.push(request.headers);
      const { authorization, 'x-vault-token': token } = request.headers;
      edge.tokens.push(String(token ?? authorization));
      const times = edge.seen.filter(s => s === what).length;
      send(answer(what, times), request, response);
    });
    edge.server.on('connection', () => edge.connections++);
    edge.server.listen(0, '127.0.0.1');
    await once(edge.server, 'listening');
    return edge;
  }

  private constructor(private readonly server: Server) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How often a request was sent. */
  count(what: string): number {
    return this.seen.filter(s => s === what).length;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A platform whose one cluster, and its Vault, is an edge. */
export function labOn(
  { url }: Edge,
  files: MockDirectory,
  tenants: Record<string, unknown> = {},
): Platform {
  files.setContent({ token: 'a-token', kubeconfig: kubeconfigFor(url) });
  const platform = testPlatform(tenants);
  const [cluster] = platform.clusters;
  cluster.kubernetes.kubeconfig = files.resolve('kubeconfig');
  cluster.vault.address = url;
  cluster.vault.login = { tokenFile: files.resolve('token') };
  return platform;
}

/** What something fails with, in which no secret is; an error that it went well. */
export async function errorOf(
  promise: Promise<unknown>,
  ...secrets: string[]
): Promise<Error> {
  const error = await promise.then(
    () => new Error('it went well'),
    (e: Error) => e,
  );
  const text = JSON.stringify([error, error.message, error.stack]);
  expect(secrets.filter(secret => text.includes(secret))).toEqual([]);
  return error;
}

function send(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (typeof answer === 'function') {
    answer(response, new URL(request.url!, 'http://edge'));
  } else if (answer === 'reset') {
    request.socket.destroy();
  } else if (answer === 'nothing') {
    // The other side waits.
  } else if (answer === 'half') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"items":');
    setTimeout(() => request.socket.destroy(), 20);
  } else {
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...answer.headers,
    });
    const { body = {} } = answer;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}
