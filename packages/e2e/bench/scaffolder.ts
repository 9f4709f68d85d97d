/* eslint-disable no-console */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyPlan,
  KubernetesClient,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { root } from '../../../scripts/lib/run.ts';
import { RecoveryPortal } from '../src/recoveryPortal';
import { adminLab, portalLab } from '../src/support/lab';
import { numberFrom } from '../src/support/numberFrom';
import { conditions, head, inMs, median, row } from './report';
import { BENCH_STAGES } from './tenant';
import { BenchTenants } from './tenants';

const ROUNDS = numberFrom('ROUNDS', 7);
/** Not counted: the portal's first tasks compile what later ones use. */
const WARM_UP = 2;
const PORT = 7037;
const OWNER = 'group:default/guests';
const TEMPLATE = 'bench-create-tenant';

/** Milliseconds until the first object of a tenant was seen, and the last. */
interface Marks {
  first: number;
  last: number;
}

/**
 * What the scaffolder adds: a task of create-tenant's steps against the engine
 * alone, both by the same way to the lab, from the order to the last object.
 */
export async function scaffolder(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'threewalls-bench-'));
  const template = join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(templateOf()));
  const portal = await RecoveryPortal.start({
    name: 'portal-bench',
    port: PORT,
    template: TEMPLATE,
    config: { catalog: { locations: locations(template) } },
  });
  const { platform, cluster } = portalLab({ clusters: portal.lab.clusters });
  const tenants = new BenchTenants(platform, cluster);
  const admin = adminLab().kubernetes;
  const engine: Marks[] = [];
  const task: Marks[] = [];
  const ways = [
    async () => {
      const plan = tenants.next();
      engine.push(
        await marksOf(plan, admin, () =>
          applyPlan(plan, cluster, { stages: BENCH_STAGES }),
        ),
      );
    },
    async () => {
      const plan = tenants.next();
      const { name, owner, size } = plan.spec;
      task.push(
        await marksOf(plan, admin, async () => {
          const id = await portal.order({ name, owner, size });
          await portal.completed(id, 60);
        }),
      );
    },
  ];
  try {
    for (let round = 0; round < ROUNDS + WARM_UP; round++) {
      for (let i = 0; i < ways.length; i++) {
        await ways[(round + i) % ways.length]();
      }
      console.log(`round ${round + 1} of ${ROUNDS + WARM_UP}`);
    }
    print(engine.slice(WARM_UP), task.slice(WARM_UP));
  } finally {
    await tenants.removeAll();
    await portal.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs something that makes a tenant, and notes when its objects are seen. */
async function marksOf(
  { names: { namespace } }: TenantPlan,
  kubernetes: KubernetesClient,
  run: () => Promise<unknown>,
): Promise<Marks> {
  const stop = new AbortController();
  const watchFor = async (apiVersion: string, kind: string) => {
    const { resourceVersion } = await kubernetes.list({ apiVersion, kind });
    const seen = firstOf(
      kubernetes.watch(
        { apiVersion, kind },
        { resourceVersion, signal: stop.signal },
      ),
      namespace,
    );
    // Told to whoever waits for it; nobody does where the run fails first.
    seen.catch(() => {});
    return { seen };
  };
  const first = await watchFor('v1', 'Namespace');
  const last = await watchFor('external-secrets.io/v1', 'ExternalSecret');
  const startedAt = performance.now();
  try {
    const [, ...at] = await Promise.all([run(), first.seen, last.seen]);
    return { first: at[0] - startedAt, last: at[1] - startedAt };
  } finally {
    stop.abort();
  }
}

async function firstOf(
  events: AsyncIterable<{ object: any }>,
  namespace: string,
): Promise<number> {
  for await (const { object } of events) {
    const { metadata } = object;
    if ((metadata.namespace ?? metadata.name) === namespace) {
      return performance.now();
    }
  }
  throw new Error(`Nothing of ${namespace} was ever seen`);
}

/** The steps of create-tenant up to the tenant's Secret: no n8n, and no proof. */
function templateOf() {
  const steps = [
    ['plan', 'tenant:plan'],
    ['namespace', 'tenant:namespace:apply'],
    ['walls', 'tenant:walls:apply'],
    ['secrets', 'tenant:secrets:apply'],
  ];
  const input = Object.fromEntries(
    ['name', 'owner', 'size'].map(key => [key, `\${{ parameters.${key} }}`]),
  );
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: TEMPLATE },
    spec: {
      owner: OWNER,
      type: 'n8n-tenant',
      steps: steps.map(([id, action]) => ({ id, name: id, action, input })),
    },
  };
}

function locations(template: string) {
  return [
    [join(root, 'examples', 'org.yaml'), 'User', 'Group'],
    [template, 'Template'],
  ].map(([target, ...allow]) => ({ type: 'file', target, rules: [{ allow }] }));
}

function print(engine: Marks[], task: Marks[]): void {
  const line = (title: string, mark: keyof Marks) => {
    const [own, whole] = [engine, task].map(marks =>
      median(marks.map(found => found[mark])),
    );
    row(title, inMs(own), inMs(whole), inMs(whole - own));
  };
  console.log(`\n${conditions(task.length)}\n`);
  const adds = 'the scaffolder adds';
  head('from the order to', 'engine alone', 'as a task', adds);
  line('the first object', 'first');
  line('the last object', 'last');
}
