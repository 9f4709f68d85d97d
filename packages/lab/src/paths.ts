import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The lab's own folder in the checkout. */
export const labRoot = dirname(dirname(fileURLToPath(import.meta.url)));
/** The checkout. */
export const repoRoot = dirname(dirname(labRoot));

/**
 * The state folder as the node's processes see it: a node has a mount namespace
 * of its own, so manifests and flags need no path of this machine in them.
 */
export const NODE_STATE = '/var/lib/threewalls';

/** Where the lab keeps things on this machine. */
export interface LabPaths {
  /** Data of the cluster; `reset` removes it. */
  state: string;
  /** What takes long to build; survives `reset`. */
  cache: string;
  /** Full rights in the cluster. */
  adminKubeconfig: string;
  /** Vault's unseal key and root token. */
  vaultInit: string;
  /** What the portal needs to reach the cluster and Vault, and no more. */
  portalDir: string;
  progress: string;
  /** `kubectl` and `vault` among others. */
  binDir: string;
  logs: string;
  lock: string;
}

export function labPaths(env: NodeJS.ProcessEnv = process.env): LabPaths {
  const home = env.HOME || homedir();
  const stateHome = env.XDG_STATE_HOME || join(home, '.local', 'state');
  const state = resolve(
    env.THREEWALLS_LAB_STATE || join(stateHome, 'threewalls', 'lab'),
  );
  const cache = join(
    env.XDG_CACHE_HOME || join(home, '.cache'),
    'threewalls',
    'lab',
  );
  return {
    state,
    cache,
    adminKubeconfig: join(state, 'admin.kubeconfig'),
    vaultInit: join(state, 'vault-init.json'),
    portalDir: join(state, 'portal'),
    progress: join(state, 'progress.json'),
    binDir: join(state, 'bin'),
    logs: join(state, 'logs'),
    lock: join(state, 'lock'),
  };
}
