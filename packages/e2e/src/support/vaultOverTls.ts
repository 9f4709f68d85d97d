import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonObject } from '@backstage/types';
import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';
import {
  IMAGES,
  labCluster,
  objectOf,
  portalAccess,
  RESTRICTED,
  VAULT_ADDR,
} from './lab';

const NAME = 'vault-tls';
const NAMESPACE = 'sys-vault';
const PORT = 8443;
const NODE_PORT = 30843;
const HOST = `${NAME}.${NAMESPACE}.svc.cluster.local`;
const node = new URL(VAULT_ADDR).hostname;

/** Ends TLS before the lab's Vault; its key is in the environment, for a test's life. */
const SERVER = `
const { KEY: key, CERTIFICATE: cert } = process.env;
require('node:tls').createServer({ key, cert }, from => {
  const to = require('node:net').connect(8200, '${NAMESPACE}');
  for (const socket of [from, to]) socket.on('error', () => { from.destroy(); to.destroy(); });
  from.pipe(to).pipe(from);
}).listen(${PORT});`;

/** The lab's Vault over https as well, with a certificate of a CA that nobody knows. */
export class VaultOverTls {
  readonly #folder = mkdtempSync(join(tmpdir(), 'threewalls-ca-'));
  /** CA of the certificate */
  readonly caFile = this.#authority('ca');
  /** And one that has nothing to do with it */
  readonly otherCaFile = this.#authority('other');

  /** The lab as an entry of `tenants.clusters`, with Vault at that address. */
  cluster(caFile: string): JsonObject {
    const vault = {
      ...portalAccess.vault,
      address: `https://${node}:${NODE_PORT}`,
      inClusterAddress: `https://${HOST}:${PORT}`,
      caFile,
    };
    return labCluster({ ...portalAccess, vault });
  }

  /** What stands before Vault; to be applied by an administrator. */
  objects(): KubernetesObject[] {
    const labels = { app: NAME };
    const metadata = { name: NAME, namespace: NAMESPACE, labels };
    this.#openssl('server', '/CN=vault', [
      ...['-CA', this.caFile, '-CAkey', this.#file('ca.key')],
      ...['-addext', `subjectAltName=IP:${node},DNS:${HOST}`],
    ]);
    const env = Object.entries({
      KEY: 'server.key',
      CERTIFICATE: 'server.crt',
    });
    const pod = objectOf('Pod', metadata, {
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'tls',
            image: IMAGES.n8n,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', '-e', SERVER],
            env: env.map(([name, file]) => ({
              name,
              value: readFileSync(this.#file(file), 'utf8'),
            })),
            resources: {
              requests: { cpu: '10m', memory: '64Mi' },
              limits: { cpu: '500m', memory: '128Mi' },
            },
            readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
            securityContext: { ...RESTRICTED.pod, ...RESTRICTED.container },
          },
        ],
      },
    });
    const ports = [{ port: PORT, targetPort: PORT, nodePort: NODE_PORT }];
    const spec = { type: 'NodePort', selector: labels, ports };
    return [pod, objectOf('Service', metadata, { spec })];
  }

  /** Forgets the keys. */
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #authority(name: string): string {
    const authority = ['-addext', 'basicConstraints=critical,CA:TRUE'];
    return this.#openssl(name, `/CN=${name}`, authority);
  }

  /** Makes a key and its certificate, as the lab makes its own. */
  #openssl(name: string, subject: string, args: string[]): string {
    const certificate = this.#file(`${name}.crt`);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', ...key, '-nodes', '-days', '2', '-subj', subject],
        ...['-keyout', this.#file(`${name}.key`), '-out', certificate],
        ...args,
      ],
      { stdio: 'ignore' },
    );
    return certificate;
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
