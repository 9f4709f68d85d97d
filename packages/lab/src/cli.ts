import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkArgs } from './args.ts';
import { KubeApi } from './cluster/api.ts';
import { kubectlEnv } from './cluster/kubectl.ts';
import { readKeys } from './cluster/vault.ts';
import { WORKLOADS } from './cluster/workloads.ts';
import { restartPart, startPart, stopPart } from './control.ts';
import { labDown, labReset, labResetAll } from './down.ts';
import { endpoints } from './endpoints.ts';
import { LabError, messageOf } from './errors.ts';
import { HELP } from './help.ts';
import { locked } from './lock.ts';
import { nodeCommand } from './node/node.ts';
import { labPaths } from './paths.ts';
import { progressPrinter, statusText } from './print.ts';
import { runInherit } from './run.ts';
import { labStatus } from './status.ts';
import { isRunning, labBuild, labUp, upAlready } from './up.ts';

const paths = labPaths();

/** Answers with the exit code, if that is not 0. */
type Command = (args: string[]) => Promise<number | void>;

const commands: Record<string, Command> = {
  async up(args) {
    const options = buildOptions(args);
    if (await upAlready()) {
      console.log("the lab is already up (see 'npm run lab -- status')");
      return;
    }
    const started = Date.now();
    await labUp(options, progressPrinter(process.stdout));
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`the lab is up (${seconds} s)\n`);
    console.log(statusText(labStatus()).split('\n').slice(-4).join('\n'));
  },

  async down() {
    await labDown();
    console.log("the lab is down; start it again with 'npm run lab -- up'");
  },

  async reset(args) {
    const all = args.includes('--all');
    await (all ? labResetAll() : labReset());
    console.log(
      all
        ? "the lab is down; its data, builds and the checkout's dependencies are removed"
        : 'the lab is down and its data is removed',
    );
  },

  async status(args) {
    const status = labStatus();
    console.log(
      args.includes('--json')
        ? JSON.stringify(status, undefined, 2)
        : statusText(status),
    );
  },

  async build(args) {
    await labBuild(progressPrinter(process.stdout), buildOptions(args));
  },

  async kubectl(args) {
    needRunning();
    return runInherit(join(paths.binDir, 'kubectl'), args, kubectlEnv(paths));
  },

  async vault(args) {
    needRunning();
    return runInherit(join(paths.binDir, 'vault'), args, {
      ...process.env,
      VAULT_ADDR: endpoints(paths).vault,
      VAULT_TOKEN: readKeys(paths)?.rootToken,
    });
  },

  async logs([part, ...rest]) {
    if (Object.hasOwn(WORKLOADS, part)) {
      const { namespace, kind, name } = WORKLOADS[part];
      const of = ['-n', namespace, `${kind}/${name}`];
      return commands.kubectl(['logs', ...of, ...rest]);
    }
    const file = join(paths.logs, `${part}.log`);
    if (!part || !existsSync(file)) {
      throw new LabError(
        `no log for '${part ?? ''}': available logs are in ${paths.logs}`,
      );
    }
    return runInherit(
      'tail',
      rest.length > 0 ? [...rest, file] : ['-n', '200', file],
    );
  },

  async restart([part]) {
    needNode();
    await locked(paths, () => restartPart(paths, part));
    console.log(`${part} was restarted and is ready`);
  },

  async stop([part]) {
    needNode();
    const done = await locked(paths, () => stopPart(paths, part));
    console.log(
      `${part} is ${
        done ? '' : 'already '
      }stopped: start it with 'npm run lab -- start ${part}'`,
    );
  },

  async start([part]) {
    needNode();
    const done = await locked(paths, () => startPart(paths, part));
    console.log(
      done
        ? `${part} is ready again`
        : `${part} was not stopped: nothing to do`,
    );
  },

  async open([tenant]) {
    needNode();
    if (!tenant) throw new LabError("name a tenant, for example 'open acme'");
    const namespace = `web-tenant-${tenant}`;
    const api = new KubeApi(paths);
    await api.get(`/api/v1/namespaces/${namespace}/services/n8n`).catch(() => {
      throw new LabError(
        `no Service n8n in namespace ${namespace}: is '${tenant}' a tenant on this cluster?`,
      );
    });
    api.close();
    return forward(namespace);
  },

  async shell(args) {
    needNode();
    const command = args.length > 0 ? args : ['bash'];
    const [nsenter, ...rest] = await nodeCommand(paths, command);
    return runInherit(nsenter, rest, {
      ...process.env,
      PATH: `/var/lib/threewalls/bin:${process.env.PATH}:/usr/sbin:/sbin`,
      KUBECONFIG: '/var/lib/threewalls/admin.kubeconfig',
    });
  },
};

function buildOptions(args: string[]) {
  return {
    keepBuildCache: args.includes('--keep-build-cache'),
    controlPlaneOnly: args.includes('--control-plane-only'),
  };
}

function needRunning() {
  if (!isRunning(paths)) {
    throw new LabError("the lab is down: start it with 'npm run lab -- up'");
  }
}

function needNode() {
  needRunning();
  if (endpoints(paths).mode === 'node') return;
  throw new LabError(
    'the lab runs only a control plane on this machine: it has no node to run pods on',
  );
}

/** Forwards a free port of this machine to n8n, until it is interrupted. */
function forward(namespace: string): Promise<number> {
  const child = spawn(
    join(paths.binDir, 'kubectl'),
    ['port-forward', '-n', namespace, 'service/n8n', ':5678'],
    { env: kubectlEnv(paths), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.once('exit', () => child.kill('SIGTERM'));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port) console.log(`http://127.0.0.1:${port}   (press Ctrl-C to stop)`);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 0));
  });
}

async function main([name, ...args]: string[]) {
  if (!name || ['help', '--help', '-h'].includes(name)) {
    process.stdout.write(HELP);
    return name ? 0 : 1;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw new LabError(`unknown command '${name}': see --help`);
  }
  if (checkArgs(name, args)) {
    process.stdout.write(HELP);
    return 0;
  }
  return command(args);
}

// Through an exit, so that what runs under the lock is ended and its lock let go.
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

main(process.argv.slice(2)).then(
  code => process.exit(code ?? 0),
  error => {
    // A LabError says it all; anything else is a mistake of ours.
    const text = error instanceof LabError ? error.message : error?.stack;
    process.stderr.write(`lab: ${text ?? messageOf(error)}\n`);
    process.exit(1);
  },
);
