import { readFileSync } from 'node:fs';
import { AddressInfo, connect, createServer, Server, Socket } from 'node:net';
import { KubernetesClient } from '@threewalls/backstage-plugin-tenants-node';
import { LAB } from './wallsLab';

/**
 * A way to the API server that can go away and come back, as the API server
 * itself does when it is restarted: for the one who uses it, and nobody else.
 */
export class ApiServerProxy {
  static async start(kubeconfig: string): Promise<ApiServerProxy> {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
    const { hostname, port } = new URL(config.clusters[0].cluster.server);
    const proxy = new ApiServerProxy(hostname, Number(port), config);
    await proxy.#listen(0);
    return proxy;
  }

  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly config: any,
  ) {}

  /** A client with the same credentials, by way of the proxy. */
  client(): KubernetesClient {
    const [{ cluster }] = this.config.clusters;
    const [{ user }] = this.config.users;
    return KubernetesClient.fromConfig({
      name: LAB,
      kubernetes: {
        url: `https://127.0.0.1:${this.#port}`,
        caData: cluster['certificate-authority-data'],
        token: user.token,
      },
    } as Parameters<typeof KubernetesClient.fromConfig>[0]);
  }

  /** Breaks every connection, and refuses new ones for a while. */
  async goAway(ms: number): Promise<void> {
    await this.stop();
    await new Promise(done => setTimeout(done, ms));
    await this.#listen(this.#port);
  }

  async stop(): Promise<void> {
    const closed = new Promise(done => this.#server?.close(done));
    this.#sockets.forEach(socket => socket.destroy());
    await closed;
  }

  async #listen(port: number): Promise<void> {
    this.#server = createServer(client => {
      const server = connect(this.port, this.host);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
      }
      client.pipe(server).pipe(client);
    });
    const server = this.#server;
    await new Promise<void>(done => server.listen(port, '127.0.0.1', done));
    this.#port = (server.address() as AddressInfo).port;
  }
}
