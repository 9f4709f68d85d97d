import { readFile } from 'node:fs/promises';
import { Dispatcher, interceptors } from 'undici';
import { ClusterProfile } from '../config/platform';
import { poolOf } from './connection';
import { ClusterUnavailableError, VaultError } from './errors';
import { parse } from './kubernetesTransport';

/** An answer of Vault, whatever its status. */
export interface VaultResponse {
  status: number;
  /** The answer's `data`, or `auth` for a login; `undefined` for an error */
  data?: any;
  errors: string[];
}

export type VaultMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'LIST';

/** Times that one request is sent on. */
const REDIRECTS = 3;
/** Renew when this share of a token's life is left. */
const RENEW_AT = 1 / 3;

/**
 * A cluster's Vault as the portal sees it. Logs in when it first has to, and
 * again before its token expires and after a 403 that a fresh token might cure.
 */
export class VaultClient {
  #pool: Dispatcher | undefined;
  #login: Promise<{ token: string; renewAt: number }> | undefined;
  readonly #kvVersions = new Map<string, string>();
  /** Requests sent so far, for the benchmarks and their regression test. */
  requests = 0;
  /** Milliseconds for one answer of Vault */
  timeoutMs = 15_000;

  static fromConfig(cluster: ClusterProfile): VaultClient {
    return new VaultClient(cluster);
  }

  private constructor(private readonly cluster: ClusterProfile) {}

  /**
   * Sends a request and hands back the answer, whatever its status.
   *
   * @throws ClusterUnavailableError when there was no answer
   */
  async request(
    method: VaultMethod,
    path: string,
    body?: Record<string, unknown>,
  ): Promise<VaultResponse> {
    const { token } = await this.#token();
    const response = await this.#send(method, path, body, token);
    if (response.status === 403 && (await this.#isTokenGone(token))) {
      this.#login = undefined;
      return this.#send(method, path, body, (await this.#token()).token);
    }
    return response;
  }

  /** @throws VaultError for any status that is not 2xx */
  async expect(
    method: VaultMethod,
    path: string,
    body?: Record<string, unknown>,
  ): Promise<any> {
    return expected(method, path, await this.request(method, path, body));
  }

  /** The object's data, or `undefined` where there is none. */
  async read(path: string): Promise<any | undefined> {
    const response = await this.request('GET', path);
    return response.status === 404
      ? undefined
      : expected('GET', path, response);
  }

  /**
   * Version of a KV mount, or `undefined` where Vault does not say. A mount's
   * version does not change under a portal: it is asked once.
   */
  async kvVersion(mount: string): Promise<string | undefined> {
    if (!this.#kvVersions.has(mount)) {
      const { data } = await this.request(
        'GET',
        `sys/internal/ui/mounts/${mount}`,
      );
      const version = data?.type === 'kv' ? data.options?.version ?? '1' : '';
      if (!version) {
        return undefined;
      }
      this.#kvVersions.set(mount, String(version));
    }
    return this.#kvVersions.get(mount);
  }

  /**
   * What Vault says of itself to anybody, whatever its state.
   *
   * @throws ClusterUnavailableError when there was no answer
   */
  async health(): Promise<{ version?: string; sealed: boolean }> {
    const { answer } = await this.#send('GET', 'sys/health?standbyok=true');
    const { version, sealed } = answer ?? {};
    return {
      sealed: sealed === true,
      ...(typeof version === 'string' && { version }),
    };
  }

  async #token(): Promise<{ token: string; renewAt: number }> {
    const latest = this.#login;
    const current = await latest?.catch(() => undefined);
    if (current && performance.now() < current.renewAt) {
      return current;
    }
    // Of several requests at once the first logs in for all.
    if (!this.#login || this.#login === latest) {
      this.#login = this.#logIn();
    }
    return this.#login;
  }

  async #logIn(): Promise<{ token: string; renewAt: number }> {
    const { approle, kubernetes, tokenFile } = this.cluster.vault.login;
    const startedAt = performance.now();
    let path: string;
    let body: Record<string, string>;
    if (approle) {
      path = `auth/${approle.mount}/login`;
      body = {
        role_id: await this.#readCredential(approle.roleIdFile),
        secret_id: await this.#readCredential(approle.secretIdFile),
      };
    } else if (kubernetes) {
      path = `auth/${kubernetes.mount}/login`;
      body = {
        role: kubernetes.role,
        jwt: await this.#readCredential(kubernetes.tokenFile),
      };
    } else {
      // Somebody else renews this one: read it again every minute.
      const token = await this.#readCredential(tokenFile!);
      return { token, renewAt: startedAt + 60_000 };
    }
    const response = await this.#send('POST', path, body);
    const auth = expected('POST', path, response);
    const life = auth.lease_duration * 1000;
    return {
      token: auth.client_token,
      renewAt: startedAt + life * (1 - RENEW_AT),
    };
  }

  async #readCredential(file: string): Promise<string> {
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      throw ClusterUnavailableError.because(this.cluster.name, error);
    }
  }

  async #isTokenGone(token: string): Promise<boolean> {
    const self = await this.#send(
      'GET',
      'auth/token/lookup-self',
      undefined,
      token,
    );
    return self.status === 403;
  }

  async #send(
    method: VaultMethod,
    path: string,
    body?: Record<string, unknown>,
    token?: string,
  ): Promise<VaultResponse & { answer?: any }> {
    this.requests++;
    const { address, caData, namespace } = this.cluster.vault;
    // What stands between may not know the method LIST: Vault takes this too.
    const isList = method === 'LIST';
    const what = isList ? `${path}?list=true` : path;
    const url = new URL(`${address.replace(/\/+$/, '')}/v1/${what}`);
    try {
      // Where Vault does not forward to its active node, it says where that is.
      this.#pool ??= poolOf({ ca: caData }).compose(
        interceptors.redirect({ maxRedirections: REDIRECTS }),
      );
      const response = await this.#pool.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: isList ? 'GET' : method,
        headers: {
          'x-vault-request': 'true',
          ...(token && { 'x-vault-token': token }),
          ...(namespace && { 'x-vault-namespace': namespace }),
          ...(body && { 'content-type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      const { statusCode: status } = response;
      const answer = parse(await response.body.text());
      const said = answer?.errors;
      return {
        status,
        answer,
        data: status < 300 ? answer?.auth ?? answer?.data : undefined,
        errors: Array.isArray(said) ? said.map(String) : [],
      };
    } catch (error) {
      throw ClusterUnavailableError.because(this.cluster.name, error, 'vault');
    }
  }
}

/** An answer's data. @throws VaultError for any status that is not 2xx */
function expected(method: VaultMethod, path: string, response: VaultResponse) {
  if (response.status >= 300) {
    throw VaultError.fromResponse({ method, path }, response);
  }
  return response.data;
}
