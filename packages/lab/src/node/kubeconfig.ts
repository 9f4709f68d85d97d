import { readFileSync } from 'node:fs';
import { writeAtomic } from '../files.ts';

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
