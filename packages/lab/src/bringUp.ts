import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build/build.ts';
import { KubeApi } from './cluster/api.ts';
import { applyFiles } from './cluster/kubectl.ts';
import { grantPortalAccess, missingDeployFiles } from './cluster/portal.ts';
import { nodeReady, podsReady } from './cluster/ready.ts';
import { readyVault } from './cluster/vault.ts';
import { keepVolumes } from './cluster/volumes.ts';
import { readIfThere } from './files.ts';
import {
  isCiliumReady,
  openApiGate,
  prepareState,
  startNode,
} from './node/node.ts';
import { labRoot, repoRoot, type LabPaths } from './paths.ts';
import type { Progress } from './progress.ts';
import { settled, startDetached, until } from './run.ts';
import type { UpOptions } from './up.ts';

const MANIFESTS = join(labRoot, 'manifests');
/** What lets the portal name versions; needs the namespaces of the manifests. */
const VERSIONS = join(repoRoot, 'deploy', 'kubernetes-versions.yaml');
// As the pod runs: Vault's data are a folder of the state.
const VAULT_UID = 1000;

/** Of the manifests, what a cluster has by itself. */
const CLUSTER = ['00-dns.yaml', '10-storage.yaml'];

export function addNodeParts(progress: Progress, bare: UpOptions['bare']) {
  progress.add('node', 'Node');
  progress.add('control-plane', 'Control plane');
  progress.add('manifests', 'Manifests');
  progress.add('cilium', 'Cilium and the node ready');
  progress.add('dns', 'DNS');
  if (bare !== 'cluster') {
    progress.add('vault', 'Vault');
    progress.add('external-secrets', 'External Secrets');
  }
  if (!bare) progress.add('portal-access', "The portal's access");
}

/** Starts a node on the state folder's data, and waits until all is ready anew. */
export async function bringUpNode(
  paths: LabPaths,
  progress: Progress,
  built: Built,
  bare: UpOptions['bare'],
) {
  const clusterOnly = bare === 'cluster';
  const since = Date.now();
  await progress.part('node', async () => {
    await prepareState(paths, built);
    makeDataFolders(paths);
    await startNode(paths);
  });
  const api = new KubeApi(paths);
  await progress.part('control-plane', async () => {
    await until('the API server', 60, () => api.isReady());
    openApiGate(paths);
  });
  await progress.part('manifests', async detail => {
    if (!clusterOnly) await applyCrds(paths, built, detail);
    await applyFiles(
      paths,
      clusterOnly ? CLUSTER.map(file => join(MANIFESTS, file)) : [MANIFESTS],
    );
    await keepVolumes(api, paths);
  });
  await progress.part('cilium', async () => {
    await until('the Cilium agent', 180, async () => isCiliumReady(paths));
    await until('the node to be Ready', 60, () => nodeReady(api, since));
  });
  const fresh = (what: string, namespace: string) =>
    until(what, 180, () => podsReady(api, namespace, since));
  const added = () => [
    progress.part('vault', () => readyVault(paths, '/vault/data/audit.log')),
    progress.part('external-secrets', () =>
      fresh('External Secrets', 'external-secrets'),
    ),
  ];
  await settled([
    progress.part('dns', () => fresh('CoreDNS', 'kube-system')),
    ...(clusterOnly ? [] : added()),
  ]);
  if (!bare) {
    await portalAccess(api, paths, progress);
    await applyFiles(paths, [VERSIONS]);
  }
  api.close();
  startKeeper(paths);
}

export async function portalAccess(
  api: KubeApi,
  paths: LabPaths,
  progress: Progress,
) {
  const missing = missingDeployFiles();
  if (missing) {
    progress.skip('portal-access', `${missing} is not there`);
    return;
  }
  await progress.part('portal-access', () => grantPortalAccess(api, paths));
}

export async function applyCrds(
  paths: LabPaths,
  built: Built,
  detail: (text: string) => void,
) {
  const { crds } = built;
  const digest = createHash('sha256').update(readFileSync(crds)).digest('hex');
  const marker = join(paths.state, 'crds.sha256');
  // They are large, and stay with etcd's data.
  if (readIfThere(marker) === digest) return;
  detail("External Secrets' resource definitions");
  await applyFiles(paths, [crds]);
  writeFileSync(marker, digest);
}

/**
 * Starts the keeper (keeper.ts), which ends with the lab. It stays out of the
 * lab's control groups: Cilium's socket hooks there would send what it asks of
 * Vault to a pod's address, which leads out of this machine.
 */
function startKeeper(paths: LabPaths) {
  const command = [process.execPath, join(labRoot, 'src', 'keeper.ts')];
  startDetached(paths, 'keeper', command, {
    flags: 'a',
    cwd: '/',
    env: { THREEWALLS_LAB_STATE: paths.state, NODE_NO_WARNINGS: '1' },
  });
}

function makeDataFolders(paths: LabPaths) {
  mkdirSync(join(paths.state, 'volumes'), { recursive: true });
  const vault = join(paths.state, 'vault');
  mkdirSync(vault, { recursive: true, mode: 0o700 });
  chownSync(vault, VAULT_UID, VAULT_UID);
}
