import { CoreV1Api, KubeConfig, PortForward } from '@kubernetes/client-node';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { grantVaultAccess, Vault } from '../../packages/lab/src/index.ts';
import { messageOf, type Manifest, type Objects } from './tryOutObjects.ts';

/** Where Vault is, as vault.yaml says. */
export const VAULT = 'threewalls-vault';
/** The namespaces that a portal has made. */
export const TENANTS = 'app.kubernetes.io/managed-by=threewalls';

/** Vault in dev mode, as vault.yaml puts it into a cluster. */
export class DevVault {
  readonly #kc: KubeConfig;
  readonly #objects: Objects;
  #forward: Server | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(kc: KubeConfig, objects: Objects) {
    this.#kc = kc;
    this.#objects = objects;
  }

  close(): void {
    clearInterval(this.#watch);
    this.#forward?.close();
  }

  /**
   * Opens a port of this machine that leads to Vault's pod, by the API server: a
   * port of a node isn't reachable everywhere. Each connection is one of its own, so
   * that nothing stays broken.
   *
   * @returns the URL
   */
  async open(): Promise<string> {
    const forward = new PortForward(this.#kc);
    const server = createServer(socket => {
      socket.on('error', () => socket.destroy());
      forward.portForward(VAULT, 'vault-0', [8200], socket, null, socket).then(
        connection => {
          const ws = connection as Exclude<typeof connection, Function>;
          ws.onclose = () => socket.end();
          socket.on('close', () => ws.close());
        },
        () => socket.destroy(),
      );
    });
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', done);
    });
    this.#forward = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Makes up the first token, which Vault's pod waits for. */
  async makeToken(): Promise<void> {
    if (await this.#objects.find(tokensSecret({}))) return;
    const token = randomBytes(24).toString('base64url');
    await this.#objects.put(tokensSecret({ 'first-token': token }));
  }

  /** Gives Vault what the portal needs of it; one that is empty gets it anew. */
  async setUp(folder: string): Promise<void> {
    const { port } = this.#forward!.address() as AddressInfo;
    const vault = new Vault(`http://127.0.0.1:${port}`);
    const core = this.#kc.makeApiClient(CoreV1Api);
    const tokens = await this.#tokens();
    const before = tokens['root-token'];
    if (before && (await knows(vault, before))) {
      vault.token = before;
    } else {
      const tenants = await core.listNamespace({ labelSelector: TENANTS });
      if (before && tenants.items.length > 0) throw new Error(this.#lost());
      vault.token = tokens['first-token'];
      const { auth } = await vault.call('POST', 'auth/token/create', {
        policies: ['root'],
        no_parent: true,
      });
      vault.token = auth.client_token as string;
      const both = { ...tokens, 'root-token': vault.token };
      await this.#objects.put(tokensSecret(both));
    }
    // It stands in Vault's log.
    if (await knows(vault, tokens['first-token'])) {
      const revoked = { token: tokens['first-token'] };
      await vault.call('POST', 'auth/token/revoke', revoked);
    }
    const methods = await vault.call('GET', 'sys/auth');
    if (!methods.data['kubernetes/']) {
      await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
    }
    await vault.call('POST', 'auth/kubernetes/config', {
      kubernetes_host: 'https://kubernetes.default.svc:443',
    });
    await grantVaultAccess(vault, folder);
    this.#watchVault(vault);
  }

  /** The first token of Vault's, which is made up here, and what took its place. */
  async #tokens(): Promise<Record<string, string>> {
    const { data } = (await this.#objects.find(tokensSecret({})))!;
    return Object.fromEntries(
      Object.entries<string>(data).map(([name, value]) => [
        name,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  }

  /** Says it once when Vault's pod is another one, and with it an empty Vault. */
  #watchVault(vault: Vault): void {
    this.#watch = setInterval(async () => {
      const here = await knows(vault, vault.token!).catch(() => true);
      if (here) return;
      clearInterval(this.#watch);
      process.stderr.write(`✗ ${this.#lost()}\n`);
    }, 10_000);
    this.#watch.unref();
  }

  #lost(): string {
    return `Vault has restarted, and in dev mode it keeps nothing: the tenants' secrets are gone. Begin anew, without the tenants: npm start -- --context ${this.#kc.getCurrentContext()} --install --fresh`;
  }
}

function tokensSecret(tokens: Record<string, string>): Manifest {
  const data = Object.entries(tokens).map(([name, token]) => [
    name,
    Buffer.from(token).toString('base64'),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'vault', namespace: VAULT },
    data: Object.fromEntries(data),
  };
}

async function knows(vault: Vault, token: string): Promise<boolean> {
  const asked = new Vault(vault.address, token);
  try {
    await asked.call('GET', 'auth/token/lookup-self');
    return true;
  } catch (error) {
    if (/^Vault answered 403/.test(messageOf(error))) return false;
    throw error;
  }
}
