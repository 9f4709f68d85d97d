// What a machine gets that can't host a node: the control plane and Vault as
// plain processes on loopback. Policies, quotas and Vault answer for real; no
// pod runs, so only the resource wall can be proved.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { applyCrds, portalAccess } from './bringUp.ts';
import type { Built } from './build/build.ts';
import { KubeApi } from './cluster/api.ts';
import { applyFiles } from './cluster/kubectl.ts';
import { readyVault } from './cluster/vault.ts';
import { LOOPBACK } from './endpoints.ts';
import { linkFile } from './files.ts';
import {
  apiServer,
  controllerManager,
  etcd,
  type Command,
  type Surroundings,
} from './node/daemons.ts';
import { writeCredentials } from './node/kubeconfig.ts';
import { labRoot, type LabPaths } from './paths.ts';
import type { Progress } from './progress.ts';
import { startDetached, until } from './run.ts';

export function addControlPlaneParts(progress: Progress, bare: boolean) {
  progress.add('node', 'Node');
  progress.add('control-plane', 'Control plane');
  progress.add('manifests', 'Manifests');
  progress.add('vault', 'Vault');
  if (!bare) progress.add('portal-access', "The portal's access");
}

export async function bringUpControlPlane(
  paths: LabPaths,
  progress: Progress,
  built: Built,
  obstacle: string,
  bare: boolean,
) {
  progress.skip('node', `only the resource wall can be proved: ${obstacle}`);
  const api = await progress.part('control-plane', async () => {
    await prepare(paths, built);
    const at: Surroundings = {
      state: paths.state,
      apiAddress: '127.0.0.1',
      apiPort: LOOPBACK.apiPort,
      etcdPort: LOOPBACK.etcdPort,
    };
    start(paths, 'etcd', etcd(at));
    // Its own address can't be an endpoint of the Service kubernetes.
    start(paths, 'kube-apiserver', [
      ...apiServer(at),
      '--bind-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
    ]);
    start(paths, 'vault', vault(paths));
    const client = new KubeApi(paths);
    await until('the API server', 60, () => client.isReady());
    start(paths, 'kube-controller-manager', controllerManager(at));
    return client;
  });
  await progress.part('manifests', async detail => {
    await applyCrds(paths, built, detail);
    await applyFiles(paths, [join(labRoot, 'manifests', '10-storage.yaml')]);
  });
  await progress.part('vault', () =>
    readyVault(paths, join(paths.state, 'vault', 'audit.log')),
  );
  if (!bare) await portalAccess(api, paths, progress);
  api.close();
}

async function prepare(paths: LabPaths, built: Built) {
  const { state } = paths;
  chmodSync(state, 0o700);
  for (const folder of ['run', 'logs', 'config', 'plugins', 'vault']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  rmSync(paths.binDir, { recursive: true, force: true });
  for (const [name, file] of Object.entries(built.programs)) {
    // Of a node's programs some are not built here.
    if (existsSync(file)) linkFile(file, join(paths.binDir, name));
  }
  const plugin = 'vault-plugin-auth-kubernetes';
  linkFile(join(paths.binDir, plugin), join(state, 'plugins', plugin));
  await writeCredentials(paths, LOOPBACK.api, ['kube-controller-manager']);
}

function vault({ state, binDir }: LabPaths): Command {
  const config = join(state, 'config', 'vault.hcl');
  writeFileSync(
    config,
    `disable_mlock    = true
plugin_directory = "${state}/plugins"
api_addr         = "${LOOPBACK.vault}"
cluster_addr     = "http://127.0.0.1:${LOOPBACK.vaultPort + 1}"
storage "raft" {
  path    = "${state}/vault"
  node_id = "lab"
}
listener "tcp" {
  address         = "127.0.0.1:${LOOPBACK.vaultPort}"
  cluster_address = "127.0.0.1:${LOOPBACK.vaultPort + 1}"
  tls_disable     = true
}
`,
  );
  return [join(binDir, 'vault'), 'server', `-config=${config}`];
}

function start(paths: LabPaths, name: string, command: Command) {
  const env = { SKIP_SETCAP: '1' };
  startDetached(paths, name, command, { flags: 'w', cwd: paths.state, env });
}
