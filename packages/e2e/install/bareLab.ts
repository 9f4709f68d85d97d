import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  IMAGES,
  labDown,
  labPaths,
  labReset,
  labUp,
  nodeCommand,
  PUBLIC_IMAGES,
  VERSIONS,
  writeImage,
} from '../../lab/src/index.ts';
import { stateDir } from '../../../scripts/lib/run.ts';

const run = promisify(execFile);

/** The state folder of a lab as its node sees it. */
const IN_NODE = '/var/lib/threewalls';

/**
 * Brings up a new lab that has nothing of ours.
 *
 * @param bare - `'cluster'` leaves out Vault and External Secrets as well
 */
export async function bareLab(name: string, bare: true | 'cluster' = true) {
  // Of two labs one machine has one up.
  await labDown();
  process.env.THREEWALLS_LAB_STATE = join(stateDir, name);
  await labReset();
  await labUp({ bare });
}

/** Gives the node the images that were built here under their public names. */
export async function namePublicly(): Promise<void> {
  const vault = await vaultWithItsMethod();
  await ctr('import', vault.archive);
  await ctr('tag', vault.name, asResolved(PUBLIC_IMAGES.vault));
  for (const part of ['externalSecrets', 'n8n'] as const) {
    await ctr('tag', IMAGES[part], asResolved(PUBLIC_IMAGES[part]));
  }
}

/** containerd looks an image with a digest up without its tag. */
function asResolved(image: string): string {
  return image.replace(/:[^:/]+@/, '@');
}

async function ctr(...args: string[]): Promise<void> {
  const [command, ...rest] = await nodeCommand(labPaths(), [
    ...['ctr', '--namespace', 'k8s.io', 'images'],
    ...args,
  ]);
  await run(command, rest);
}

/**
 * The lab's Vault as the public image has it, with the Kubernetes auth method. Here
 * that is a plugin, which dev mode has to be told of.
 */
async function vaultWithItsMethod() {
  const { binDir, state } = labPaths();
  const name = `threewalls.local/vault-dev:${VERSIONS.vault}`;
  const rootfs = join(state, 'vault-dev');
  const libraries = await run('ldd', ['/bin/sh']);
  const files: [from: string, to: string][] = [
    [join(binDir, 'vault'), '/bin/vault-itself'],
    [join(binDir, 'vault-plugin-auth-kubernetes'), '/plugins/kubernetes'],
    ['/bin/sh', '/bin/sh'],
    ...[...libraries.stdout.matchAll(/(\/\S+) \(/g)].map(
      ([, file]): [string, string] => [file, file],
    ),
  ];
  for (const [from, to] of files) {
    await mkdir(dirname(join(rootfs, to)), { recursive: true });
    await copyFile(from, join(rootfs, to));
  }
  const program = join(rootfs, 'bin', 'vault');
  const script = 'exec /bin/vault-itself "$@" -dev-plugin-dir=/plugins';
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  const config = { Entrypoint: ['/bin/vault'], Env: ['PATH=/bin'] };
  await writeImage(name, rootfs, config, join(state, 'vault-dev.tar'));
  await rm(rootfs, { recursive: true });
  return { name, archive: join(IN_NODE, 'vault-dev.tar') };
}
