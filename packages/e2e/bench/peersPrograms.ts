/* eslint-disable no-console */
import { ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { labState } from '../src/support/lab';

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

  /** @param kubeconfig - With every right */
  constructor(readonly kubeconfig: string, private readonly logs: string) {}

  installCrds(peer: Peer): Promise<unknown> {
    const crds = join(folderOf(peer), 'source', PEERS[peer].crds);
    return this.kubectl(['apply', '--server-side', '-R', '-f', crds]);
  }

  kubectl(args: string[], objects: object[] = []): Promise<string> {
    const kubectl = join(labState, 'bin', 'kubectl');
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const done = run(kubectl, args, { env, maxBuffer: 1e8 });
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    done.child.stdin!.end(JSON.stringify(list));
    return done.then(({ stdout }) => stdout);
  }

  start(
    peer: Peer,
    program: string,
    args: string[],
    env: Record<string, string> = {},
  ): void {
    const log = openSync(join(this.logs, `${program}.log`), 'a');
    const child = spawn(join(folderOf(peer), 'bin', program), args, {
      cwd: this.logs,
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, KUBECONFIG: this.kubeconfig, ...env },
    });
    process.once('exit', () => child.kill('SIGKILL'));
    child.once('exit', code => {
      if (code) {
        console.error(`${program} ended with ${code}: ${this.logs}`);
      }
    });
    this.#children.push(child);
  }

  stop(): void {
    this.#children.splice(0).forEach(child => child.kill('SIGKILL'));
  }
}

const folderOf = (peer: Peer) =>
  join(CACHE, `${peer}-${PEERS[peer].version.slice(1)}`);
