import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_SERVICE_IP, NODE_IP, NODE_NAME } from '../addresses.ts';
import { run } from '../run.ts';

interface Leaf {
  name: string;
  /** As Kubernetes reads it: the user is CN, its groups are O. */
  subject: string;
  sans?: string[];
}

const LEAVES: Leaf[] = [
  {
    name: 'kube-apiserver',
    subject: '/CN=kube-apiserver',
    sans: [
      `IP:${NODE_IP}`,
      `IP:${API_SERVICE_IP}`,
      'IP:127.0.0.1',
      'DNS:localhost',
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      'DNS:kubernetes.default.svc.cluster.local',
    ],
  },
  { name: 'admin', subject: '/O=system:masters/CN=admin' },
  {
    name: 'kube-controller-manager',
    subject: '/CN=system:kube-controller-manager',
  },
  { name: 'kube-scheduler', subject: '/CN=system:kube-scheduler' },
  { name: 'kubelet', subject: `/O=system:nodes/CN=system:node:${NODE_NAME}` },
  // The API server when it asks the kubelet for logs and streams.
  { name: 'kubelet-client', subject: '/O=system:masters/CN=kubelet-client' },
  // In the group of admins: its own roles would have to be there before it is.
  { name: 'cilium', subject: '/O=system:masters/CN=cilium' },
];

const YEARS = ['-days', '3650'];
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes the cluster's certificates, once. */
export async function ensurePki(folder: string) {
  const done = join(folder, 'done');
  if (existsSync(done)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The distribution's own configuration would add extensions.
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const file = (name: string) => join(folder, name);
  await run('openssl', [
    ...['req', '-x509', '-config', config, ...KEY, ...YEARS],
    ...['-keyout', file('ca.key'), '-out', file('ca.crt')],
    ...['-subj', '/CN=threewalls-lab'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
    ...['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'],
  ]);
  await Promise.all(
    LEAVES.map(({ name, subject, sans }) =>
      run('openssl', [
        ...['req', '-x509', '-config', config, ...KEY, ...YEARS],
        ...['-CA', file('ca.crt'), '-CAkey', file('ca.key')],
        ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
        ...['-subj', subject],
        ...['-addext', 'keyUsage=critical,digitalSignature'],
        ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
        ...(sans ? ['-addext', `subjectAltName=${sans.join(',')}`] : []),
      ]),
    ),
  );
  await run('openssl', [
    ...['ecparam', '-name', 'prime256v1', '-genkey', '-noout'],
    ...['-out', file('service-account.key')],
  ]);
  await run('openssl', [
    ...['ec', '-in', file('service-account.key'), '-pubout'],
    ...['-out', file('service-account.pub')],
  ]);
  writeFileSync(done, '');
}
