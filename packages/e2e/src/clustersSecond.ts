import { ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JsonObject } from '@backstage/types';
import { Cluster } from '@threewalls/backstage-plugin-tenants-node';
import { render } from '../../../scripts/lib/chart.ts';
import {
  bindingOf,
  labCluster,
  labConfig,
  labOf,
  objectOf,
  portalAccess,
  portalAccessTo,
  rootTokenFile,
  tokenOf,
} from './support/lab';

const run = promisify(execFile);

// Always the same: what a run that was killed has left ends as the next one begins.
const STATE = join(tmpdir(), 'threewalls-second-cluster');
// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const LAB = join(__dirname, '../../lab/src/cli.ts');
const NAME = 'second';
/** Mounts of its Vault, neither of which is called as by default. */
const MOUNTS = { kvMount: 'teams', authMount: 'openshift' };
const REVIEWER = { name: 'vault-reviewer', namespace: 'kube-system' };

const file = (...parts: string[]) => join(STATE, ...parts);

/**
 * A second lab beside the first: its control plane alone, with a Vault of its own
 * and External Secrets, as processes on loopback. It has no node: no pod runs.
 */
export class SecondCluster {
  /**
   * @param objectsOnly - Whether nothing acts on what it has: neither controllers nor
   * External Secrets
   * @param kept - Whether it goes on with what one before has left
   * @throws Error where it does not come up
   */
  static async up({
    objectsOnly = false,
    kept = false,
  } = {}): Promise<SecondCluster> {
    const second = new SecondCluster();
    if (!kept) {
      await labCommand('reset');
    }
    try {
      await labCommand('up', '--control-plane-only');
      await second.#mountVault();
      if (objectsOnly) {
        second.stop('kube-controller-manager');
      } else {
        second.#runExternalSecrets();
      }
      return second;
    } catch (error) {
      if (!kept) {
        await second.reset();
      }
      throw error;
    }
  }

  readonly kubeconfig = file('admin.kubeconfig');
  #externalSecrets: ChildProcess | undefined;

  /** As an entry of `tenants.clusters`; nothing that a profile says is as the lab's. */
  config(): JsonObject {
    const { kubeconfig, vault } = portalAccessTo(STATE);
    return {
      name: NAME,
      title: 'Elsewhere',
      preset: 'openshift',
      kubernetes: { kubeconfig },
      vault: { address: 'http://127.0.0.1:18200', ...MOUNTS, ...vault },
      network: { provider: 'kubernetes' },
      sizes: { small: { quota: { pods: 7 } }, tiny: { title: 'Tiny' } },
      n8n: { startupTimeout: '5s' },
      proofs: { deadline: '12s' },
    };
  }

  /** With every right. */
  admin(): Cluster {
    const tokenFile = rootTokenFile(STATE);
    const own = this.config();
    const clusters = [
      labCluster(portalAccess),
      {
        ...own,
        kubernetes: { kubeconfig: this.kubeconfig },
        vault: { ...(own.vault as JsonObject), login: { tokenFile } },
      },
    ];
    return labOf(labConfig(portalAccess, { clusters })).clusters.get(NAME);
  }

  /** Ends a daemon of it as a crash does. */
  stop(daemon: 'kube-apiserver' | 'kube-controller-manager'): void {
    const [pid] = readFileSync(file('run', `${daemon}.pid`), 'utf8').split(' ');
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      // Of one that is kept it may have ended before.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
  }

  async reset(): Promise<void> {
    this.#externalSecrets?.kill('SIGKILL');
    await labCommand('reset');
  }

  /** Gives Vault mounts of those names, and the portal the same rights over them. */
  async #mountVault(): Promise<void> {
    const { kubernetes, vault } = this.admin();
    const { kvMount, authMount } = MOUNTS;
    // One that is kept has them, which Vault refuses to make again.
    await vault.request('POST', `sys/mounts/${kvMount}`, {
      type: 'kv',
      options: { version: '2' },
    });
    await vault.request('POST', `sys/auth/${authMount}`, {
      type: 'vault-plugin-auth-kubernetes',
    });
    const lab = await vault.read('auth/kubernetes/config');
    await vault.expect('POST', `auth/${authMount}/config`, {
      kubernetes_host: lab.kubernetes_host,
      kubernetes_ca_cert: lab.kubernetes_ca_cert,
      disable_local_ca_jwt: true,
      token_reviewer_jwt: await reviewerToken(kubernetes),
    });
    const files = await render({ vault: MOUNTS });
    await vault.expect('PUT', 'sys/policies/acl/threewalls-portal', {
      policy: files['vault/threewalls-portal.hcl'],
    });
  }

  #runExternalSecrets(): void {
    const log = openSync(file('logs', 'external-secrets.log'), 'w');
    const child = spawn(
      file('bin', 'external-secrets'),
      [
        ...['cluster-store', 'cluster-external-secret', 'cluster-push-secret']
          .concat('push-secret')
          .map(kind => `--enable-${kind}-reconciler=false`),
        ...['--metrics-addr=127.0.0.1:0', '--live-addr=127.0.0.1:0'],
      ],
      {
        stdio: ['ignore', log, log],
        env: { PATH: process.env.PATH, KUBECONFIG: this.kubeconfig },
      },
    );
    process.once('exit', () => child.kill('SIGKILL'));
    this.#externalSecrets = child;
  }
}

/** A token with which Vault may ask whose a ServiceAccount's token is. */
async function reviewerToken(kubernetes: Cluster['kubernetes']) {
  const subject = { kind: 'ServiceAccount', ...REVIEWER };
  await kubernetes.create(objectOf('ServiceAccount', REVIEWER));
  await kubernetes.create(
    bindingOf(REVIEWER.name, 'system:auth-delegator', subject),
  );
  return tokenOf(kubernetes, REVIEWER, { expirationSeconds: 7200 });
}

async function labCommand(...args: string[]): Promise<void> {
  await run(process.execPath, ['--no-warnings', LAB, ...args], {
    env: { ...process.env, THREEWALLS_LAB_STATE: STATE },
  });
}
