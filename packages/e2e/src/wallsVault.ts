import { VAULT_ADDR } from './support/lab';

/** Vault with every right, for the mutations. */
export class VaultAdmin {
  constructor(
    private readonly keys: { rootToken: string; unsealKey: string },
  ) {}

  async unseal(): Promise<void> {
    await this.write('sys/unseal', { key: this.keys.unsealKey });
  }

  async answers(): Promise<boolean> {
    return fetch(`${VAULT_ADDR}/v1/sys/health`).then(
      response => response.ok,
      () => false,
    );
  }

  async write(path: string, body: object): Promise<void> {
    await this.#send('PUT', path, body);
  }

  async read(path: string): Promise<any> {
    return (await this.#send('GET', path)).data;
  }

  /** Whether a token of a ServiceAccount is taken by a role. */
  async logsIn(role: string, jwt: string): Promise<boolean> {
    const response = await fetch(`${VAULT_ADDR}/v1/auth/kubernetes/login`, {
      method: 'POST',
      body: JSON.stringify({ role, jwt }),
    });
    return response.ok;
  }

  async delete(path: string): Promise<void> {
    await this.#send('DELETE', path);
  }

  async #send(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(`${VAULT_ADDR}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': this.keys.rootToken },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) {
      throw new Error(`Vault: ${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : {};
  }
}
