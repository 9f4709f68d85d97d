import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import {
  objectPath,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { labState, VAULT_ADDR, vaultKeys } from '../src/support/lab';
import { PlannedResource, resourcesOf, SEED } from './tenant';

interface Raw {
  to: 'kubernetes' | 'vault';
  method: string;
  path: string;
  type?: string;
  body?: unknown;
}

/** Requests that have to go one after another: a look and the write after it. */
type Chain = Raw[];

/** Two kept-alive pools, with every right: nothing waits for a RoleBinding to bite. */
export class Floor {
  readonly #kubernetes: https.Agent;
  readonly #vault = new http.Agent({ keepAlive: true, maxSockets: 32 });
  readonly #server: URL;
  readonly #token = vaultKeys().rootToken;

  constructor() {
    const config = JSON.parse(
      readFileSync(join(labState, 'admin.kubeconfig'), 'utf8'),
    );
    const { cluster } = config.clusters[0];
    const { user } = config.users[0];
    const decode = (data: string) => Buffer.from(data, 'base64');
    this.#server = new URL(cluster.server);
    this.#kubernetes = new https.Agent({
      keepAlive: true,
      maxSockets: 32,
      ca: decode(cluster['certificate-authority-data']),
      cert: decode(user['client-certificate-data']),
      key: decode(user['client-key-data']),
    });
  }

  /** Sends stages one after another, and all chains of a stage at once. */
  async replay(stages: Chain[][]): Promise<void> {
    for (const chains of stages) {
      await Promise.all(chains.map(chain => this.#sendAll(chain)));
    }
  }

  async #sendAll(chain: Chain): Promise<void> {
    for (const raw of chain) {
      await this.#send(raw);
    }
  }

  close(): void {
    this.#kubernetes.destroy();
    this.#vault.destroy();
  }

  #send(raw: Raw): Promise<void> {
    const toVault = raw.to === 'vault';
    const base = toVault ? new URL(VAULT_ADDR) : this.#server;
    return new Promise((resolve, reject) => {
      const request = (toVault ? http : https).request(
        {
          host: base.hostname,
          port: base.port,
          method: raw.method,
          path: raw.path,
          agent: toVault ? this.#vault : this.#kubernetes,
          headers: {
            accept: 'application/json',
            ...(toVault && { 'x-vault-token': this.#token }),
            ...(raw.body !== undefined && {
              'content-type': raw.type ?? 'application/json',
            }),
          },
        },
        response => {
          response.resume();
          const { statusCode = 0 } = response;
          response.on('end', () =>
            statusCode < 300 || (raw.method === 'GET' && statusCode === 404)
              ? resolve()
              : reject(new Error(`${raw.method} ${raw.path}: ${statusCode}`)),
          );
        },
      );
      request.on('error', reject);
      request.end(
        raw.body === undefined ? undefined : JSON.stringify(raw.body),
      );
    });
  }
}

/** The requests that an apply of a new tenant sends, with the same stages. */
export function requestsOf(plan: TenantPlan): Chain[][] {
  const stages: Chain[][] = [];
  for (const { name } of plan.stages) {
    const chains = resourcesOf(plan)
      .filter(({ stage }) => stage === name)
      .map(({ resource }) => chainOf(resource));
    if (name === 'namespace') {
      // Everything else of its stage lives in it.
      stages.push([chains.shift()!]);
    }
    stages.push(chains);
  }
  return stages;
}

function chainOf(resource: PlannedResource): Chain {
  if (resource.type === 'kubernetes') {
    const { apiVersion, kind, metadata } = resource.object;
    const path = objectPath({ apiVersion, kind, ...metadata });
    const write: Raw = {
      to: 'kubernetes',
      method: 'PATCH',
      path: `${path}?fieldManager=threewalls`,
      type: 'application/apply-patch+yaml',
      body: resource.object,
    };
    return kind === 'Namespace'
      ? [{ to: 'kubernetes', method: 'GET', path }, write]
      : [write];
  }
  if (resource.type === 'vault') {
    const path = `/v1/${resource.path}`;
    return [
      { to: 'vault', method: 'GET', path },
      { to: 'vault', method: 'PUT', path, body: resource.body },
    ];
  }
  const { mount, path } = resource;
  return [
    { to: 'vault', method: 'GET', path: `/v1/${mount}/metadata/${path}` },
    {
      to: 'vault',
      method: 'POST',
      path: `/v1/${mount}/data/${path}`,
      body: { options: { cas: 0 }, data: SEED },
    },
  ];
}
