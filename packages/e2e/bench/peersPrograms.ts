/* eslint-disable no-console */
import { ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cluster } from '@threewalls/backstage-plugin-tenants-node';
import { SecondCluster } from '../src/clustersSecond';
import { labState, objectOf } from '../src/support/lab';
import { until } from '../src/support/until';

const run = promisify(execFile);

/** Modules of the peers, the programs that are built from each, and its CRDs. */
export const PEERS = {
  gatekeeper: {
    module: 'github.com/open-policy-agent/gatekeeper/v3',
    version: 'v3.23.1',
    packages: ['.'],
    crds: 'charts/gatekeeper/crds',
  },
  kyverno: {
    module: 'github.com/kyverno/kyverno',
    version: 'v1.19.1',
    packages: ['./cmd/kyverno', './cmd/reports-controller'],
    crds: 'config/crds',
  },
} as const;
export type Peer = keyof typeof PEERS;

const CACHE = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'threewalls',
  'peers',
);

/** The peers' programs, each as its own go.mod has it, and their CRDs. */
export class PeerPrograms {
  readonly #children: ChildProcess[] = [];
  #kubernetes: Cluster['kubernetes'] | undefined;

  /** Builds what is missing, as only the first time: ten minutes each. */
  static async build(): Promise<void> {
    for (const peer of Object.keys(PEERS) as Peer[]) {
      const { module, version, packages } = PEERS[peer];
      if (existsSync(folderOf(peer))) {
        continue;
      }
      const { stdout } = await run('go', [
        ...['mod', 'download', '-json', `${module}@${version}`],
      ]);
      const unfinished = `${folderOf(peer)}.unfinished`;
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(join(unfinished, 'bin'), { recursive: true });
      const source = join(unfinished, 'source');
      await cp(JSON.parse(stdout).Dir, source, { recursive: true });
      await run('chmod', ['-R', 'u+w', source]);
      // It lists what a module's archive leaves out.
      await rm(join(source, 'vendor'), { recursive: true, force: true });
      await run('go', ['build', '-o', '../bin/', ...packages], {
        cwd: source,
        env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
      });
      await rename(unfinished, folderOf(peer));
    }
  }

  /** @param folder - For their logs and the webhooks' certificate */
  constructor(
    private readonly cluster: SecondCluster,
    readonly folder: string,
  ) {}

  get kubeconfig(): string {
    return this.cluster.kubeconfig;
  }

  /** Brings their kinds into the cluster. */
  async install(): Promise<void> {
    for (const peer of Object.keys(PEERS) as Peer[]) {
      const crds = join(folderOf(peer), 'source', PEERS[peer].crds);
      await this.kubectl(['apply', '--server-side', '-R', '-f', crds]);
    }
    const names = ['gatekeeper-system', 'kyverno'];
    await this.apply(names.map(name => objectOf('Namespace', { name })));
    await mkdir(join(this.folder, 'audit'));
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'],
      ...['-subj', '/CN=gatekeeper', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', join(this.folder, 'tls.key')],
      ...['-out', join(this.folder, 'tls.crt')],
    ]);
  }

  /** Of a webhook on loopback, as base64. */
  certificate(): string {
    return readFileSync(join(this.folder, 'tls.crt')).toString('base64');
  }

  /** All objects of a path of the API. */
  async list(path: string): Promise<any[]> {
    this.#kubernetes ??= this.cluster.admin().kubernetes;
    return (await this.#kubernetes.expect({ method: 'GET', path })).items;
  }

  /** Applies as soon as their kinds are there, and whoever looks at them lets it. */
  async apply(objects: object[]): Promise<void> {
    const apply = ['apply', '--server-side', '-f', '-'];
    await until(
      () =>
        this.kubectl(apply, objects).then(
          () => true,
          () => false,
        ),
      120,
    );
  }

  remove(objects: object[]): Promise<string> {
    return this.kubectl(['delete', '--ignore-not-found', '-f', '-'], objects);
  }

  async kubectl(args: string[], objects: object[] = []): Promise<string> {
    const kubectl = join(labState, 'bin', 'kubectl');
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const done = run(kubectl, args, { env });
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    done.child.stdin!.end(JSON.stringify(list));
    return (await done).stdout;
  }

  start(
    peer: Peer,
    program: string,
    args: string[],
    env: Record<string, string> = {},
  ): void {
    const log = openSync(join(this.folder, `${program}.log`), 'a');
    const child = spawn(join(folderOf(peer), 'bin', program), args, {
      cwd: this.folder,
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, KUBECONFIG: this.kubeconfig, ...env },
    });
    process.once('exit', () => child.kill('SIGKILL'));
    child.once('exit', code => {
      if (code) {
        console.error(`${program} ended with ${code}: ${this.folder}`);
      }
    });
    this.#children.push(child);
  }

  stop(): void {
    this.#children.splice(0).forEach(child => child.kill('SIGKILL'));
  }
}

function folderOf(peer: Peer): string {
  return join(CACHE, `${peer}-${PEERS[peer].version.slice(1)}`);
}
