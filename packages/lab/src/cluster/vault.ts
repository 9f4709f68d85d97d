import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_SERVICE_IP } from '../addresses.ts';
import { sha256 } from '../build/archive.ts';
import { endpoints } from '../endpoints.ts';
import { LabError } from '../errors.ts';
import { readIfThere, writeAtomic } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { until } from '../run.ts';

interface VaultKeys {
  unsealKey: string;
  rootToken: string;
}

const PLUGIN = 'vault-plugin-auth-kubernetes';

/** A few calls of Vault's API. Throws with Vault's own words. */
export class Vault {
  readonly address: string;
  token: string | undefined;

  constructor(address: string, token?: string) {
    this.address = address;
    this.token = token;
  }

  async call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.address}/v1/${path}`, {
      method,
      headers: this.token ? { 'X-Vault-Token': this.token } : {},
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new LabError(
        `Vault answered ${
          response.status
        } to ${method} ${path}: ${text.trim()}`,
      );
    }
    return text ? JSON.parse(text) : undefined;
  }
}

export function openVault(paths: LabPaths, token?: string): Vault {
  return new Vault(endpoints(paths).vault, token);
}

export function readKeys(paths: LabPaths): VaultKeys | undefined {
  const text = readIfThere(paths.vaultInit);
  return text ? (JSON.parse(text) as VaultKeys) : undefined;
}

/** Unseals Vault if it is sealed; false while it can't be asked. */
export async function unseal(paths: LabPaths): Promise<boolean> {
  const vault = openVault(paths);
  const status = await vault.call('GET', 'sys/seal-status').catch(() => {});
  if (!status?.initialized) return false;
  if (!status.sealed) return true;
  const keys = readKeys(paths);
  if (!keys) {
    throw new LabError(
      `Vault's data are there but ${paths.vaultInit} with its key is not: run 'npm run lab -- reset' to begin anew`,
    );
  }
  await vault.call('PUT', 'sys/unseal', { key: keys.unsealKey });
  return true;
}

/** Initialises a new Vault; keeps the key and the root token. */
export async function initialise(paths: LabPaths) {
  const vault = openVault(paths);
  const { initialized } = await vault.call('GET', 'sys/seal-status');
  if (initialized) return;
  const answer = await vault.call('PUT', 'sys/init', {
    secret_shares: 1,
    secret_threshold: 1,
  });
  const keys: VaultKeys = {
    unsealKey: answer.keys_base64[0],
    rootToken: answer.root_token,
  };
  writeAtomic(
    paths.vaultInit,
    `${JSON.stringify(keys, undefined, 2)}\n`,
    0o600,
  );
}

export function rootVault(paths: LabPaths): Vault {
  const keys = readKeys(paths);
  if (!keys) {
    throw new LabError("Vault has no keys yet: run 'npm run lab -- up' first");
  }
  return openVault(paths, keys.rootToken);
}

/** Gives Vault what every cluster's Vault has before a portal comes. */
export async function configureVault(paths: LabPaths, audit: string) {
  const vault = rootVault(paths);
  const audits = await vault.call('GET', 'sys/audit');
  if (!audits.data['file/']) {
    await vault.call('PUT', 'sys/audit/file', {
      type: 'file',
      options: { file_path: audit },
    });
  }
  const mounts = await vault.call('GET', 'sys/mounts');
  if (!mounts.data['secret/']) {
    await vault.call('POST', 'sys/mounts/secret', {
      type: 'kv',
      options: { version: '2' },
    });
  }
  // Vault runs no plugin whose digest it was not told.
  await vault.call('PUT', `sys/plugins/catalog/auth/${PLUGIN}`, {
    command: PLUGIN,
    sha256: await sha256(join(paths.binDir, PLUGIN)),
  });
  const methods = await vault.call('GET', 'sys/auth');
  if (!methods.data['kubernetes/']) {
    await vault.call('POST', 'sys/auth/kubernetes', { type: PLUGIN });
  }
  const { mode, api } = endpoints(paths);
  await vault.call(
    'POST',
    'auth/kubernetes/config',
    mode === 'node'
      ? { kubernetes_host: `https://${API_SERVICE_IP}:443` }
      : {
          kubernetes_host: api,
          kubernetes_ca_cert: readFileSync(
            join(paths.state, 'pki', 'ca.crt'),
            'utf8',
          ),
          // There is no pod whose own token it could ask with.
          disable_local_ca_jwt: true,
        },
  );
}

/** Waits for Vault, whatever it needs: keys, the unseal key, configuration. */
export async function readyVault(paths: LabPaths, audit: string) {
  await until('Vault', 180, async () => {
    await initialise(paths);
    return unseal(paths);
  });
  // Its storage is read once it is unsealed; then it answers as the active one.
  await until("Vault's configuration", 30, async () => {
    await configureVault(paths, audit);
    return true;
  });
}
