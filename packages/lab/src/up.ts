import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addBuildParts, build, type BuildOptions, type Built } from './build/build.ts';
import { KubeApi } from './cluster/api.ts';
import { applyFiles } from './cluster/kubectl.ts';
import { grantPortalAccess, missingDeployFiles } from './cluster/portal.ts';
import { nodeReady, podsReady } from './cluster/ready.ts';
import { configureVault, initialise, unseal } from './cluster/vault.ts';
import { keepVolumes } from './cluster/volumes.ts';
import { readIfThere } from './files.ts';
import { takeLock } from './lock.ts';
import { enterCgroups } from './node/cgroups.ts';
import { importImages } from './node/images.ts';
import {
  isCiliumReady,
  nodeInit,
  openApiGate,
  prepareState,
  startNode,
} from './node/node.ts';
import { writePid } from './node/processes.ts';
import { teardown } from './node/teardown.ts';
import { labPaths, labRoot, type LabPaths } from './paths.ts';
import { refuseUnfitMachine } from './preflight.ts';
import { Progress, type LabProgress, type OnProgress } from './progress.ts';
import { stopChildren, until } from './run.ts';

export interface UpOptions extends BuildOptions {}

const MANIFESTS = join(labRoot, 'manifests');
const VAULT_UID = 1000;

/** Builds what is missing, and builds alone. */
export async function labBuild(
  onProgress?: OnProgress,
  options: BuildOptions = {},
): Promise<Built> {
  return working(onProgress, async (paths, progress) => {
    addBuildParts(progress);
    return build(paths, progress, options);
  });
}

/** Brings the lab up, or says at once that it is. */
export async function labUp(
  options: UpOptions = {},
  onProgress?: OnProgress,
): Promise<LabProgress> {
  const running = await upAlready();
  if (running) return running;
  return working(onProgress, async (paths, progress) => {
    refuseUnfitMachine();
    addBuildParts(progress);
    addClusterParts(progress);
    await teardown(paths);
    const built = await build(paths, progress, options);
    await bringUp(paths, progress, built);
    progress.ready();
    return progress.current;
  });
}

/** The progress of a lab that is up and answers. */
export async function upAlready(): Promise<LabProgress | undefined> {
  const paths = labPaths();
  if (!nodeInit(paths)) return undefined;
  const progress = readProgress(paths);
  if (!progress?.ready) return undefined;
  const api = new KubeApi(paths);
  const answers = await api.isReady();
  api.close();
  return answers ? progress : undefined;
}

export function readProgress(paths: LabPaths): LabProgress | undefined {
  const text = readIfThere(paths.progress);
  return text ? (JSON.parse(text) as LabProgress) : undefined;
}

/** Runs work under the lock, with progress that ends well or with an error. */
async function working<T>(
  onProgress: OnProgress | undefined,
  work: (paths: LabPaths, progress: Progress) => Promise<T>,
): Promise<T> {
  const paths = labPaths();
  const release = takeLock(paths);
  const progress = new Progress(paths.progress, onProgress);
  const interrupted = (signal: NodeJS.Signals) => {
    progress.fail(`interrupted by ${signal}`);
    stopChildren();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  try {
    return await work(paths, progress);
  } catch (error) {
    progress.fail(error);
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    release();
  }
}

function addClusterParts(progress: Progress) {
  progress.add('node', 'Node');
  progress.add('control-plane', 'Control plane');
  progress.add('images', 'Images in the node');
  progress.add('manifests', 'Manifests');
  progress.add('cilium', 'Cilium and the node ready');
  progress.add('dns', 'DNS');
  progress.add('vault', 'Vault');
  progress.add('external-secrets', 'External Secrets');
  progress.add('portal-access', "The portal's access");
}

async function bringUp(paths: LabPaths, progress: Progress, built: Built) {
  const since = Date.now();
  await progress.part('node', async () => {
    await prepareState(paths, built);
    makeDataFolders(paths);
    await startNode(paths);
  });
  const api = new KubeApi(paths);
  const imported = progress.part('images', detail =>
    importImages(paths, built.images, detail),
  );
  // Its failure is seen below; until then it is not an unhandled one.
  imported.catch(() => {});
  await progress.part('control-plane', async () => {
    await until('the API server', 60, async () =>
      (await api.isReady()) ? true : undefined,
    );
    openApiGate(paths);
  });
  await progress.part('manifests', async detail => {
    await applyManifests(paths, built, detail);
    await keepVolumes(api, paths);
  });
  await progress.part('cilium', async () => {
    await until('the Cilium agent', 180, async () =>
      isCiliumReady(paths) ? true : undefined,
    );
    await until('the node to be Ready', 60, () => nodeReady(api, since));
  });
  const fresh = (what: string, namespace: string) =>
    until(what, 180, () => podsReady(api, namespace, since));
  await settled([
    imported,
    progress.part('dns', () => fresh('CoreDNS', 'kube-system')),
    progress.part('vault', () => readyVault(paths)),
    progress.part('external-secrets', () =>
      fresh('External Secrets', 'external-secrets'),
    ),
  ]);
  const missing = missingDeployFiles();
  if (missing) progress.skip('portal-access', `${missing} is not there`);
  else {
    await progress.part('portal-access', () => grantPortalAccess(api, paths));
  }
  api.close();
  startKeeper(paths);
}

async function settled(works: Promise<unknown>[]) {
  const results = await Promise.allSettled(works);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function makeDataFolders(paths: LabPaths) {
  mkdirSync(join(paths.state, 'volumes'), { recursive: true });
  const vault = join(paths.state, 'vault');
  mkdirSync(vault, { recursive: true, mode: 0o700 });
  chownSync(vault, VAULT_UID, VAULT_UID);
}

async function applyManifests(
  paths: LabPaths,
  built: Built,
  detail: (text: string) => void,
) {
  const crds = join(built.parts.get('external-secrets')!, 'crds.yaml');
  const digest = createHash('sha256').update(readFileSync(crds)).digest('hex');
  const marker = join(paths.state, 'crds.sha256');
  if (readIfThere(marker) !== digest) {
    detail("External Secrets' resource definitions");
    await applyFiles(paths, [crds]);
    writeFileSync(marker, digest);
  }
  await applyFiles(paths, [MANIFESTS]);
}

async function readyVault(paths: LabPaths) {
  await until('Vault', 180, async () => {
    await initialise(paths);
    return (await unseal(paths)) ? true : undefined;
  });
  // Its storage is read once it is unsealed; then it answers as the active one.
  await until("Vault's configuration", 30, async () => {
    await configureVault(paths);
    return true;
  });
}

function startKeeper(paths: LabPaths) {
  const log = openSync(join(paths.logs, 'keeper.log'), 'a');
  const child = spawn(process.execPath, [join(labRoot, 'src', 'keeper.ts')], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      THREEWALLS_LAB_STATE: paths.state,
      NODE_NO_WARNINGS: '1',
    },
  });
  child.unref();
  if (!child.pid) return;
  writePid(join(paths.state, 'run', 'keeper.pid'), child.pid);
  enterCgroups(child.pid);
}
