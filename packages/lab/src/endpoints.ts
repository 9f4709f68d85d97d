import { join } from 'node:path';
import { API_SERVER, VAULT_ADDR } from './addresses.ts';
import { readIfThere } from './files.ts';
import type { LabPaths } from './paths.ts';

/**
 * `node` is all of it. `control-plane` is what a machine gets that can't host a
 * node: etcd, the API server, its controllers and Vault, as plain processes.
 */
export type LabMode = 'node' | 'control-plane';

export interface Endpoints {
  mode: LabMode;
  api: string;
  vault: string;
}

const NODE: Endpoints = { mode: 'node', api: API_SERVER, vault: VAULT_ADDR };

/** On ports that a cluster of the user's own does not have. */
export const LOOPBACK = {
  mode: 'control-plane',
  api: 'https://127.0.0.1:16443',
  vault: 'http://127.0.0.1:18200',
  apiPort: 16443,
  vaultPort: 18200,
  etcdPort: 12379,
} as const;

export const modeFile = (paths: LabPaths) => join(paths.state, 'mode');

/** Where the lab of this state folder answers. */
export function endpoints(paths: LabPaths): Endpoints {
  const mode = readIfThere(modeFile(paths))?.trim();
  return mode === LOOPBACK.mode ? LOOPBACK : NODE;
}
