/* eslint-disable no-console */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  applyPlan,
  Cluster,
  planTenant,
  removeTenant,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { SecondCluster } from '../src/clustersSecond';
import { Replica, ReplicasPortal, until } from '../src/replicasPortal';
import {
  labCluster,
  labConfig,
  labOf,
  portalAccess,
  testSpec,
} from '../src/support/lab';
import { Breach, breachesOf } from '../src/wallsDetection';
import {
  GATEKEEPER_CONSTRAINT,
  GATEKEEPER_POD,
  GATEKEEPER_SYNC,
  GATEKEEPER_TEMPLATE,
  kyvernoPolicies,
  rulesOf,
} from './peersPolicies';
import { PeerPrograms, PEERS } from './peersPrograms';
import { conditions, median } from './report';
import { BENCH_STAGES } from './tenant';

/** As many as the kinds that Kubernetes sees twice, and those of Vault once. */
const MUTATIONS = 20;
/** Milliseconds from one to the next: together an audit's interval, so that it favours none. */
const APART_MS = 3_000;
const LOOK_MS = 100;
/** Columns to measure; default all. */
const ONLY = process.env.COLUMNS_ONLY ?? '';

interface Tenant {
  plan: TenantPlan;
  breach: Breach;
}

/** What has been found wrong so far, as text that names what it is about. */
type Look = () => Promise<string>;

/** Someone who watches, or refuses. */
interface Column {
  title: string;
  /** Seconds after the last mutation until what is not seen never is */
  patience: number;
  /** Whether the portal makes the tenants, which then knows them */
  api?: Replica;
  /** Begins; what it returns ends it again */
  begin(tenants: Tenant[]): Promise<() => Promise<unknown>>;
  look: Look;
  /** What the look says of a breached tenant; default its namespace */
  sign?(tenant: Tenant): string;
}

/** What the columns are measured on. */
interface Bed {
  programs: PeerPrograms;
  admin: Cluster;
  folder: string;
  /** All objects of a path of the API. */
  list(path: string): Promise<any[]>;
}

/** Milliseconds, or what came of it. */
type Outcome = number | 'refused' | 'not seen';
interface Seen {
  title: string;
  outcome: Outcome;
}
type Found = Map<string, Seen[]>;

/**
 * The same mutations, seen by the portal and by its peers, one after another: on a
 * control plane of its own, which has no node, so that nobody's webhook is in
 * the lab's way.
 */
export async function peers(): Promise<void> {
  await PeerPrograms.build();
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-peers-'));
  const second = await SecondCluster.up();
  const programs = new PeerPrograms(second.kubeconfig, folder);
  const admin = second.admin();
  const list = async (path: string) =>
    (await admin.kubernetes.expect({ method: 'GET', path })).items;
  const bed = { programs, admin, folder, list };
  const portal = await ReplicasPortal.create({ clusters: clusters(second) });
  const found: Found = new Map();
  try {
    await mkdir(join(folder, 'audit'));
    await certificate(folder);
    const api =
      ONLY && !'Threewalls'.includes(ONLY)
        ? (undefined as any)
        : await portal.start('one');
    const columns = [
      ...ourColumns(api, bed),
      ...gatekeeperColumns(bed),
      ...kyvernoColumns(bed),
    ].filter(({ title }) => title.includes(ONLY));
    for (const [i, column] of columns.entries()) {
      // It would take part of the cores.
      if (!column.api) {
        await api?.kill();
      }
      found.set(column.title, await measure(column, i, second, bed));
    }
  } finally {
    print(found);
    programs.stop();
    await portal.stop();
    await second.reset();
    await rm(folder, { recursive: true, force: true });
  }
}

function clusters(second: SecondCluster) {
  return [second.config()];
}

async function measure(
  column: Column,
  nth: number,
  second: SecondCluster,
  { admin }: Bed,
): Promise<Seen[]> {
  const { platform } = labOf(
    labConfig(portalAccess, {
      clusters: [labCluster(portalAccess), ...clusters(second)],
    }),
  );
  const tenants = Array.from({ length: MUTATIONS }, (_, i): Tenant => {
    const name = `t-peers-${nth}-${String(i).padStart(2, '0')}`;
    const spec = testSpec(name, { cluster: 'second' });
    const plan = planTenant(spec, platform);
    const breaches = breachesOf(plan.names, admin);
    return { plan, breach: breaches[i % breaches.length] };
  });
  const begun = performance.now();
  await Promise.all(
    tenants.map(async ({ plan: { spec }, plan }) =>
      column.api
        ? // It fails for want of a node, when all else is there.
          column.api.run(spec.name, { kind: 'apply', spec })
        : applyPlan(plan, admin, { stages: BENCH_STAGES, wait: false }),
    ),
  );
  const end = await column.begin(tenants);
  console.log(
    `${column.title}: after ${Math.round(performance.now() - begun)} ms`,
  );
  try {
    return await breachAll(column, tenants);
  } finally {
    await end();
    await Promise.all(
      tenants.map(async ({ plan: { spec, names }, breach }) => {
        await breach.undo?.().catch(() => undefined);
        await removeTenant({ name: spec.name, names }, admin, {
          confirm: spec.name,
        }).catch(error => console.error(`${spec.name}: ${error.message}`));
      }),
    );
  }
}

/** Each tenant is breached once, in one way. */
async function breachAll(
  { look, sign, patience, api }: Column,
  tenants: Tenant[],
): Promise<Seen[]> {
  const begun = new Map<Tenant, number>();
  const outcomes = new Map<Tenant, Outcome>();
  const has = (text: string, tenant: Tenant) =>
    text.includes(sign?.(tenant) ?? tenant.plan.names.namespace);
  // What is wrong before is no mutation's.
  await until(async () => {
    const text = await look();
    return !tenants.some(tenant => has(text, tenant));
  }, 180).catch(async error => {
    throw new Error(`${error.message}: ${(await look()).slice(0, 2000)}`);
  });
  const acts = tenants.map(async (tenant, i) => {
    await sleep(i * APART_MS);
    try {
      await tenant.breach.do();
      begun.set(tenant, performance.now());
    } catch (error: any) {
      console.log(`${tenant.breach.title}: ${error.message}`);
      outcomes.set(tenant, 'refused');
    }
  });
  const last = (tenants.length - 1) * APART_MS + patience * 1000;
  const deadline = performance.now() + last;
  while (outcomes.size < tenants.length && performance.now() < deadline) {
    const text = await look();
    const now = performance.now();
    for (const [tenant, since] of begun) {
      if (!outcomes.has(tenant) && has(text, tenant)) {
        outcomes.set(tenant, now - since);
        // A role for everybody breaches all of the portal's tenants.
        if (api) {
          await tenant.breach.undo?.();
        }
      }
    }
    await sleep(LOOK_MS);
  }
  await Promise.all(acts);
  return tenants.map(tenant => ({
    title: tenant.breach.title,
    outcome: outcomes.get(tenant) ?? 'not seen',
  }));
}

function ourColumns(api: Replica, { programs }: Bed): Column[] {
  const column = (title: string, begin: Column['begin']): Column => ({
    title,
    patience: 60,
    api,
    begin,
    look: async () => {
      const { items } = await api.call('GET', '/tenants?limit=100');
      return items
        .flatMap(({ name, walls }: any) =>
          walls
            .filter(({ status }: any) => status === 'breached')
            .map(({ wall }: any) => `${name} ${wall}`),
        )
        .join('\n');
    },
    sign: ({ plan, breach }) => `${plan.spec.name} ${breach.wall}`,
  });
  const file = require.resolve('../../../deploy/kubernetes-hold.yaml');
  return [
    column('Threewalls', async () => async () => {}),
    column('Threewalls with its hold', async () => {
      await programs.kubectl(['apply', '-f', file]);
      // A policy takes effect when the API server has compiled it.
      await sleep(5_000);
      return () => programs.kubectl(['delete', '-f', file]);
    }),
  ];
}

function gatekeeperColumns(bed: Bed): Column[] {
  const { programs, folder } = bed;
  const status: Look = async () => {
    const [constraint] = await bed.list(
      '/apis/constraints.gatekeeper.sh/v1beta1/tenantwalls',
    );
    return JSON.stringify(constraint?.status ?? {});
  };
  const begin = async (operation: string, ...args: string[]) => {
    await programs.installCrds('gatekeeper');
    await namespace(programs, 'gatekeeper-system');
    await applied(programs, [GATEKEEPER_POD]);
    programs.start(
      'gatekeeper',
      'gatekeeper',
      [
        ...[`--operation=${operation}`, '--operation=status'],
        ...['--operation=generate', '--disable-cert-rotation'],
        `--cert-dir=${folder}`,
        ...['--health-addr=127.0.0.1:19090', '--prometheus-port=18888'],
        `--api-cache-dir=${join(folder, 'audit')}`,
        // In place of 20 a constraint.
        '--constraint-violations-limit=500',
        ...args,
      ],
      { POD_NAME: 'gatekeeper', POD_NAMESPACE: 'gatekeeper-system' },
    );
    const objects = [GATEKEEPER_SYNC, GATEKEEPER_TEMPLATE];
    await applied(programs, objects);
    // Its kind is there once the template is compiled.
    await applied(programs, [GATEKEEPER_CONSTRAINT]);
    return async () => {
      await remove(programs, [GATEKEEPER_CONSTRAINT, ...objects]);
      programs.stop();
    };
  };
  const audit = (seconds: number): Column => ({
    title: `Gatekeeper, audit each ${seconds} s`,
    patience: 150,
    look: status,
    begin: async () => {
      const end = await begin('audit', `--audit-interval=${seconds}`);
      await until(async () => (await status()).includes('auditTimestamp'), 180);
      return end;
    },
  });
  const webhook = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'gatekeeper' },
    webhooks: [
      {
        name: 'validation.gatekeeper.sh',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          url: 'https://127.0.0.1:18443/v1/admit',
          caBundle: '',
        },
        failurePolicy: 'Ignore',
        matchPolicy: 'Exact',
        sideEffects: 'None',
        timeoutSeconds: 3,
        rules: rulesOf(['CREATE', 'UPDATE', 'DELETE']),
      },
    ],
  };
  return [
    audit(60),
    audit(10),
    {
      title: 'Gatekeeper, webhook',
      patience: 10,
      look: async () => '',
      begin: async tenants => {
        const { clientConfig } = webhook.webhooks[0];
        const pem = readFileSync(join(folder, 'tls.crt'));
        clientConfig.caBundle = pem.toString('base64');
        const end = await begin(
          'webhook',
          ...['--port=18443', '--host=127.0.0.1'],
        );
        await applied(programs, [webhook]);
        await untilRefused(programs, tenants[0]);
        return async () => {
          await remove(programs, [webhook]);
          await end();
        };
      },
    },
  ];
}

function kyvernoColumns(bed: Bed): Column[] {
  const { programs } = bed;
  const allReports = async () => {
    const group = '/apis/wgpolicyk8s.io/v1alpha2';
    const kinds = ['policyreports', 'clusterpolicyreports'];
    const lists = kinds.map(kind => bed.list(`${group}/${kind}`));
    return (await Promise.all(lists)).flat();
  };
  const reports: Look = async () =>
    (await allReports())
      .filter(({ results = [] }) =>
        results.some((r: any) => r.result === 'fail'),
      )
      .map(({ scope }) => JSON.stringify(scope))
      .join('\n');
  const events: Look = async () =>
    (await bed.list('/api/v1/events'))
      .filter(({ reason }) => reason === 'PolicyViolation')
      .map(({ message }) => message)
      .join('\n');
  const column = (
    title: string,
    look: Look,
    action: string,
    interval: string,
    patience: number,
  ): Column => ({
    title,
    patience,
    look,
    begin: async tenants => {
      const policies = kyvernoPolicies(action);
      await programs.installCrds('kyverno');
      await namespace(programs, 'kyverno');
      const common = [
        `--kubeconfig=${programs.kubeconfig}`,
        '--disableMetrics',
      ];
      programs.start('kyverno', 'kyverno', [
        ...common,
        ...['--serverIP=127.0.0.1:19443', '--webhookServerHost=127.0.0.1'],
        ...['--webhookServerPort=19443', '--caSecretName=kyverno-ca'],
        ...['--tlsSecretName=kyverno-tls'],
        '--controllerRuntimeMetricsAddress=0',
      ]);
      programs.start('kyverno', 'reports-controller', [
        ...common,
        `--backgroundScanInterval=${interval}`,
      ]);
      await applied(programs, policies);
      if (action === 'Deny') {
        await untilRefused(programs, tenants[0]);
      } else {
        await until(async () => {
          const text = JSON.stringify(await allReports());
          return tenants.every(t => text.includes(t.plan.names.namespace));
        }, 180);
      }
      return async () => {
        await remove(programs, policies);
        programs.stop();
        await programs.kubectl([
          ...['delete', 'validatingwebhookconfigurations'],
          ...['-l', 'webhook.kyverno.io/managed-by=kyverno'],
        ]);
      };
    },
  });
  return [
    column('Kyverno, reports', reports, 'Audit', '1h', 120),
    column('Kyverno, reports, scan each minute', reports, 'Audit', '1m', 180),
    column('Kyverno, events', events, 'Audit', '1h', 20),
    column('Kyverno, enforcing', events, 'Deny', '1h', 10),
  ];
}

/** Applies as soon as their kinds are there, and whoever looks at them lets it. */
const applied = (programs: PeerPrograms, objects: object[]) =>
  until(async () => {
    const apply = ['apply', '--server-side', '-f', '-'];
    return programs.kubectl(apply, objects).then(
      () => true,
      () => false,
    );
  }, 120);

const remove = (programs: PeerPrograms, objects: object[]) =>
  programs.kubectl(['delete', '--ignore-not-found', '-f', '-'], objects);

const namespace = (programs: PeerPrograms, name: string) =>
  applied(programs, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  ]);

/** Waits until a tenant's policy can't be deleted any more. */
async function untilRefused(
  programs: PeerPrograms,
  { plan }: Tenant,
): Promise<void> {
  await until(
    () =>
      programs
        .kubectl([
          ...['delete', 'networkpolicy', 'tenant-isolation'],
          ...['-n', plan.names.namespace, '--dry-run=server'],
        ])
        .then(
          () => false,
          () => true,
        ),
    180,
  );
}

/** Of a webhook on loopback. */
async function certificate(folder: string): Promise<void> {
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'],
    ...['-subj', '/CN=gatekeeper', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')],
  ]);
}

/** Of each kind of mutation what each column made of it; then of all. */
function print(found: Found): void {
  const { gatekeeper, kyverno } = PEERS;
  const versions = `Gatekeeper ${gatekeeper.version}, Kyverno ${kyverno.version}`;
  console.log(`\n${conditions(1)}, ${versions}\n`);
  const columns = [...found.values()];
  const row = (title: string, cell: (all: Seen[]) => string) =>
    console.log(`| ${[title, ...columns.map(cell)].join(' | ')} |`);
  console.log(`| | ${[...found.keys()].join(' | ')} |`);
  row('---', () => '---');
  for (const title of new Set(columns.flat().map(seen => seen.title))) {
    row(title, all =>
      [...new Set(all.filter(s => s.title === title).map(shown))].join(', '),
    );
  }
  for (const what of ['refused', 'not seen'] as const) {
    row(what, all => `${all.filter(s => s.outcome === what).length}`);
  }
  const ms = (all: Seen[]) =>
    all.map(s => s.outcome).filter(o => typeof o === 'number');
  row('seen', all => `${ms(all).length}`);
  row('median', all => seconds(median(ms(all))));
  row('most', all => seconds(Math.max(...ms(all))));
}

const shown = ({ outcome }: Seen) =>
  typeof outcome === 'number' ? seconds(outcome) : outcome;

const seconds = (ms: number) =>
  Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : '–';
