import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { ensurePki } from './pki.ts';

export type Credentials =
  | { certificate: string; key: string }
  | { token: string };

/** Writes a kubeconfig (JSON is YAML) that stands alone, for its owner only. */
export function writeKubeconfig(
  path: string,
  server: string,
  caFile: string,
  credentials: Credentials,
) {
  const data = (file: string) => readFileSync(file).toString('base64');
  const user =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': data(credentials.certificate),
          'client-key-data': data(credentials.key),
        };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    clusters: [
      {
        name: 'lab',
        cluster: { server, 'certificate-authority-data': data(caFile) },
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
      certificate: join(pki, `${name}.crt`),
      key: join(pki, `${name}.key`),
    });
  for (const name of daemons) {
    write(join(paths.state, 'config', `${name}.kubeconfig`), name);
  }
  write(paths.adminKubeconfig, 'admin');
}
