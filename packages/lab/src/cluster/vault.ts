import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_SERVICE_IP, VAULT_ADDR } from '../addresses.ts';
import { sha256 } from '../build/archive.ts';
import { LabError } from '../errors.ts';
import { readIfThere, writeAtomic } from '../files.ts';
import type { LabPaths } from '../paths.ts';

interface VaultKeys {
  unsealKey: string;
  rootToken: string;
}

const PLUGIN = 'vault-plugin-auth-kubernetes';

/** A few calls of Vault's API. Throws with Vault's own words. */
export class Vault {
  #address: string;
  token: string | undefined;

  constructor(address = VAULT_ADDR, token?: string) {
    this.#address = address;
    this.token = token;
  }

  async call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.#address}/v1/${path}`, {
      method,
      headers: this.token ? { 'X-Vault-Token': this.token } : {},
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new LabError(
        `Vault answered ${response.status} to ${method} ${path}: ${text.trim()}`,
      );
    }
    return text ? JSON.parse(text) : undefined;
  }
}

export function readKeys(paths: LabPaths): VaultKeys | undefined {
  const text = readIfThere(paths.vaultInit);
  return text ? (JSON.parse(text) as VaultKeys) : undefined;
}

/** Unseals Vault if it is sealed; false while it can't be asked. */
export async function unseal(paths: LabPaths): Promise<boolean> {
  const vault = new Vault();
  const status = await vault.call('GET', 'sys/seal-status').catch(() => {});
  if (!status) return false;
  if (!status.initialized) return false;
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
  const vault = new Vault();
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
  writeAtomic(paths.vaultInit, `${JSON.stringify(keys, undefined, 2)}\n`, 0o600);
}

export function rootVault(paths: LabPaths): Vault {
  const keys = readKeys(paths);
  if (!keys) {
    throw new LabError("Vault has no keys yet: run 'npm run lab -- up' first");
  }
  return new Vault(VAULT_ADDR, keys.rootToken);
}

/** Gives Vault what every cluster's Vault has before a portal comes. */
export async function configureVault(paths: LabPaths) {
  const vault = rootVault(paths);
  const audits = await vault.call('GET', 'sys/audit');
  if (!audits.data['file/']) {
    await vault.call('PUT', 'sys/audit/file', {
      type: 'file',
      options: { file_path: '/vault/data/audit.log' },
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
  if (!methods.data['approle/']) {
    await vault.call('POST', 'sys/auth/approle', { type: 'approle' });
  }
  await vault.call('POST', 'auth/kubernetes/config', {
    kubernetes_host: `https://${API_SERVICE_IP}:443`,
  });
}

/** Writes a policy of deploy/ into Vault. */
export async function writePolicy(vault: Vault, name: string, file: string) {
  await vault.call('PUT', `sys/policies/acl/${name}`, {
    policy: readFileSync(file, 'utf8'),
  });
}
