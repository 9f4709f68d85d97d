import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  endpoints,
  labDown,
  labPaths,
  labReset,
  labStatus,
  labUp,
  type OnProgress,
} from '../packages/lab/src/index.ts';
import { Board } from './lib/board.ts';
import { buildFrontend, installDependencies } from './lib/install.ts';
import { Portal } from './lib/portal.ts';
import { ownClusterConfig } from './lib/ownCluster.ts';
import { stateDir } from './lib/run.ts';
import {
  adopt,
  hasDrift,
  orphansOf,
  prove,
  runTemplate,
  tellingReceipt,
  TENANTS,
  valuesOf,
  type Proof,
  type TenantSpec,
} from './lib/tenants.ts';

const HELP = `Starts everything: dependencies, a real cluster with Vault and External
Secrets, the portal, and two tenants whose walls are proved.

  npm start -- [options]

  --port N              port of the portal (7007)
  --no-tenants          start only the portal and the cluster
  --fresh               remove the data of the cluster and the portal first
  --down                stop the cluster when the portal stops
  --kubeconfig FILE     use your own cluster, with
    --context NAME        a context in that file
    --vault URL           its Vault, as the portal reaches it
    --vault-for-pods URL  the same Vault as pods reach it, if its URL differs
    --vault-token FILE    a file with a token for it (its policy is in deploy/vault)
    --network NAME        its policy enforcer: kubernetes or cilium
    --n8n-image IMAGE     the n8n image to use there
  --context NAME --install
                        try it on kind, k3d, minikube or Docker Desktop: puts Vault
                        (dev mode), External Secrets and deploy/ into a cluster
                        that has none of them; --fresh removes them first
    --images FILE         other images than the public ones, as YAML
  --context NAME --uninstall
                        removes all that, and every tenant there
    --adopt               take over acme and globex where another portal, or an
                          earlier database of this one, has made them
  --help                show this text
`;

/** A tenant's name and its proof. */
type Proven = readonly [string, Proof];

const OPTIONS = {
  options: {
    port: { type: 'string', default: '7007' },
    'no-tenants': { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    down: { type: 'boolean', default: false },
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    vault: { type: 'string' },
    'vault-for-pods': { type: 'string' },
    'vault-token': { type: 'string' },
    network: { type: 'string' },
    'n8n-image': { type: 'string' },
    adopt: { type: 'boolean', default: false },
    images: { type: 'string' },
    install: { type: 'boolean', default: false },
    uninstall: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** Options for your own cluster, which the lab ignores. */
const OF_OWN = [
  ...(['context', 'vault', 'vault-for-pods', 'vault-token'] as const),
  ...(['network', 'n8n-image', 'images', 'adopt'] as const),
];

const options = readOptions();

function readOptions() {
  try {
    return parseArgs(OPTIONS).values;
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}. See npm start -- --help\n`,
    );
    process.exit(2);
  }
}

async function main(): Promise<void> {
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const tries = options.install || options.uninstall;
  const own = isOwn();
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--port ${options.port} is not a port number`);
  }
  const alone = !own && OF_OWN.find(name => options[name]);
  if (alone) {
    throw new Error(
      `--${alone} is for your own cluster: add --kubeconfig FILE, --install or --uninstall`,
    );
  }
  if (tries && !options.context) {
    throw new Error(
      '--install and --uninstall need --context NAME: they write to that cluster',
    );
  }
  if (tries && options.vault) {
    throw new Error('--install brings a Vault: leave out --vault');
  }
  let config = tries
    ? ''
    : options.kubeconfig
    ? await ownClusterConfig({ ...options, kubeconfig: options.kubeconfig })
    : 'app-config.lab.yaml';
  let database = 'portal';
  const board = new Board();
  const startedAt = Date.now();
  if (options.fresh && !tries) {
    await forget(board, own);
  }
  let portal: Portal | undefined;
  let exitCode = 0;
  let stopping = false;
  const stop = async () => {
    if (stopping) {
      return;
    }
    stopping = true;
    board.close();
    // Before the portal runs there is nothing to end in order: what this has
    // started ends with it, each child by a handler of its own.
    await portal?.stop();
    if (options.down && !own && portal) {
      await labDown();
    }
    process.exit(portal ? exitCode : 130);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A failure of either is reported once both have stopped.
  let cluster = own ? Promise.resolve() : bringUpLab(board);
  cluster.catch(() => {});
  await board.part('Dependencies', installDependencies, madeNow);
  if (tries) {
    const there = await openCluster(board);
    if (options.uninstall) {
      board.close();
      process.exit(0);
    }
    ({ config, database } = there);
    cluster = there.install(board);
    cluster.catch(() => {});
  }
  await board.part('Front end', buildFrontend, madeNow);
  portal = await board.part('Portal', () =>
    Portal.start({
      port,
      configs: [config],
      database,
      env: { THREEWALLS_LAB_STATE: labPaths().state },
    }),
  );
  void portal.ended().then(() => {
    if (stopping) {
      return;
    }
    process.stderr.write(
      `The portal stopped unexpectedly: see ${portal.log}. Start again with: npm start\n`,
    );
    process.exit(1);
  });
  board.line(`  The portal is at ${portal.url}`);
  try {
    await cluster;
    // Without a node no pod runs, and so neither n8n nor a proof pod.
    const hasNode = own || endpoints(labPaths()).mode === 'node';
    if (!hasNode) {
      board.line(
        "  This machine can't host a node, so only the control plane is running. No tenants are created: only the resource wall could be proved here. With a cluster such as kind: npm start -- --context NAME --install",
      );
    }
    const proofs =
      options['no-tenants'] || !hasNode ? [] : await tenants(board, portal);
    board.close();
    summary(portal, proofs, Date.now() - startedAt);
    const verdicts = proofs.flatMap(([, proof]) => proof.verdicts);
    exitCode = verdicts.every(({ status }) => status === 'holds') ? 0 : 1;
  } catch (error) {
    if (stopping) {
      return;
    }
    board.close();
    exitCode = 1;
    process.stderr.write(await failure(portal, error as Error));
  }
}

/** Whether the cluster is the user's own and not the lab. */
function isOwn(): boolean {
  return (
    options.kubeconfig !== undefined || options.install || options.uninstall
  );
}

/** A cluster that everything is put into or removed from, once that may be. */
async function openCluster(board: Board) {
  // It needs the dependencies, which are there only now.
  const { TryOut } = await import('./lib/tryOut.ts');
  const context = options.context!;
  const there = await board.part(`Cluster ${context}`, () =>
    TryOut.open({ ...options, context }),
  );
  if (options.uninstall || options.fresh) {
    await board.part(
      `Removing everything from ${context}`,
      detail => there.uninstall(detail),
      removed => (removed ? '' : 'there was nothing'),
    );
  }
  if (!options.uninstall) await there.prepare();
  return there;
}

function madeNow(changed: boolean): string {
  return changed ? '' : 'no changes';
}

async function bringUpLab(board: Board): Promise<void> {
  if (labStatus().ready) {
    board.line('  The cluster is already up');
  }
  await labUp({}, labLines(board));
}

/** The lab's parts as lines among ours. */
function labLines(board: Board): OnProgress {
  const ended = new Set<string>();
  const running = new Set<string>();
  return (_, part) => {
    if (!part || part.state === 'waiting' || ended.has(part.id)) {
      return;
    }
    if (!running.has(part.id)) {
      running.add(part.id);
      board.started(part.title);
    }
    if (part.state === 'running') {
      board.detail(part.title, part.detail ?? '');
      return;
    }
    ended.add(part.id);
    const mark = { done: '✓', skipped: '-', failed: '✗' }[part.state];
    board.ended(
      part.title,
      mark,
      part.state === 'done' ? '' : part.detail ?? '',
    );
  };
}

/**
 * Both tenants, proved: created where they are not there yet, and applied again
 * where the plan has moved on since.
 */
async function tenants(board: Board, portal: Portal): Promise<Proven[]> {
  // The portal's own word counts: it started long before the cluster did.
  await portal.untilAnswer<{ status: string }>(
    '/api/tenants/health',
    60,
    ({ status }) => status === 'ok',
  );
  const { items } = await portal.call('GET', '/api/tenants/tenants?limit=1000');
  const there = new Map<string, TenantSpec>(
    items.map((t: { name: string; spec: TenantSpec }) => [t.name, t.spec]),
  );
  const names = TENANTS.map(({ name }) => name);
  const orphans = await orphansOf(portal, names);
  // The lab is this portal's own. Elsewhere they may be another portal's.
  if (orphans.length > 0 && isOwn() && !options.adopt) {
    throw new Error(
      `The cluster has tenants that this portal's records don't know: ${orphans.join(
        ', ',
      )}. Take them over with --adopt, or start without any with --no-tenants`,
    );
  }
  await Promise.all(
    TENANTS.map(async tenant => {
      const { name } = tenant;
      if (orphans.includes(name)) {
        await board.part(`Adopting tenant ${name}`, () => adopt(portal, name));
        return;
      }
      const spec = there.get(name);
      if (spec && !(await hasDrift(portal, tenant.name))) {
        return;
      }
      const values = spec ? valuesOf(spec) : { ...tenant, size: 'small' };
      await board.part(`Tenant ${tenant.name}`, detail =>
        runTemplate(portal, 'create-tenant', values, detail),
      );
    }),
  );
  return Promise.all(
    names.map(async name => {
      const proof = await board.part(`Proof of ${name}`, detail =>
        prove(portal, name, detail),
      );
      return [name, proof] as const;
    }),
  );
}

/** What failed, what there is all the same, and how to go on. */
async function failure(portal: Portal, error: Error): Promise<string> {
  const found = await portal
    .call('GET', '/api/tenants/health')
    .catch(() => undefined);
  const problems: { part: string; message: string }[] = found?.problems ?? [];
  // What was typed, as far as it says on which cluster.
  const command = options.install
    ? `npm start -- --context ${options.context} --install`
    : 'npm start';
  return [
    '',
    `✗ ${error.message}`,
    '',
    `The portal is up at ${portal.url} (log: ${portal.log})`,
    ...problems.map(({ part, message }) => `Away: ${part}: ${message}`),
    ...(/network is (breached|unproven)/.test(error.message) ? hints() : []),
    `Ctrl-C stops it. To go on where this stopped: ${command}`,
    '',
  ].join('\n');
}

/** What a network wall most often fails for where the cluster is not the lab. */
function hints(): string[] {
  return isOwn()
    ? [
        'Does this cluster enforce NetworkPolicies? docs/environments.md says which do, and what to change',
      ]
    : [];
}

function summary(portal: Portal, proofs: Proven[], ms: number): void {
  const lines = [''];
  for (const [name, proof] of proofs) {
    lines.push(`${name}  ${portal.url}/catalog/default/resource/${name}`);
    for (const { wall, status, summary: text } of proof.verdicts) {
      lines.push(`  ${wall.padEnd(9)} ${status.padEnd(9)} ${text}`);
      const receipt = tellingReceipt(proof, wall);
      if (receipt) {
        const response = receipt.response.trim().replace(/\n/g, '\n      ');
        lines.push(`    ${receipt.check}  ${receipt.request}`);
        lines.push(`      ${receipt.code}  ${response}`);
      }
    }
    lines.push('');
  }
  const network = proofs.flatMap(([, { verdicts }]) =>
    verdicts.filter(v => v.wall === 'network' && v.status !== 'holds'),
  );
  lines.push(...(network.length > 0 ? hints() : []));
  const seconds = Math.round(ms / 1000);
  const also = options.down ? ' and the cluster' : '; the cluster stays up';
  lines.push(
    `The portal is at ${portal.url}  (${seconds} s). Ctrl-C stops it${also}.`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function forget(board: Board, own: boolean): Promise<void> {
  await board.part('Removing existing data', async () => {
    if (!own) {
      await labReset();
    }
    await rm(join(stateDir, 'portal'), { recursive: true, force: true });
  });
}

main().catch(error => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
