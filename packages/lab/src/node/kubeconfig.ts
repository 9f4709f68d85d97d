import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { ensurePki } from './pki.ts';

const base64 = (file: string) => readFileSync(file).toString('base64');

/** Writes a kubeconfig (JSON is YAML) that stands alone, for its owner only. */
export function writeKubeconfig(
  path: string,
  server: string,
  caFile: string,
  user: Record<string, string>,
) {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    clusters: [
      {
        name: 'lab',
        cluster: { server, 'certificate-authority-data': base64(caFile) },
      },
    ],
    users: [{ name: 'lab', user }],
  };
  writeAtomic(path, `${JSON.stringify(config, undefined, 2)}\n`, 0o600);
}

/** Makes certificates, the daemons' kubeconfigs and the admin's. */
export async function writeCredentials(
  paths: LabPaths,
  server: string,
  daemons: string[],
) {
  const pki = join(paths.state, 'pki');
  await ensurePki(pki);
  const write = (path: string, name: string) =>
    writeKubeconfig(path, server, join(pki, 'ca.crt'), {
      'client-certificate-data': base64(join(pki, `${name}.crt`)),
      'client-key-data': base64(join(pki, `${name}.key`)),
    });
  for (const name of daemons) {
    write(join(paths.state, 'config', `${name}.kubeconfig`), name);
  }
  write(paths.adminKubeconfig, 'admin');
}
