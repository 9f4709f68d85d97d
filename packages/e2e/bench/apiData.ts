import { join } from 'node:path';
import { Receipt, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  AppliedResources,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { knex, Knex } from 'knex';
import { DrillStore } from '../../../plugins/tenants-backend/src/database/DrillStore';
import { TenantStore } from '../../../plugins/tenants-backend/src/database/TenantStore';

/** What there is of everything; every ordered pair is proved, or none. */
export interface Amounts {
  /** Whose namespaces and plans they are */
  cluster: { uids: readonly string[]; planOf(n: number): TenantPlan };
  /** Of each tenant */
  proofs: number;
  /** Of each proof */
  receipts: number;
  pairs: boolean;
}

const MIGRATIONS = join(
  __dirname,
  '../../../plugins/tenants-backend/migrations',
);

const VERDICTS = JSON.stringify(
  WALLS.map(wall => ({
    wall,
    status: 'holds',
    summary: `16 barriers were refused by the ${wall} wall, and 4 controls succeeded`,
    barriers: { counted: 16, refused: 16 },
    controls: { tried: 4, succeeded: 4 },
  })),
);

const receipt: Receipt = {
  id: 'net.canary-egress tenant connect canary.web-tenant-canary.svc 8080',
  about: { tenant: 'acme', neighbour: 'canary', node: 'lab' },
  check: 'net.canary-egress',
  wall: 'network',
  kind: 'barrier',
  source: {
    type: 'pod',
    name: 'web-tenant-acme/threewalls-proof-x7k2p',
    uid: 'c0ffee00-0000-4000-8000-000000000001',
  },
  target: 'canary.web-tenant-canary.svc:8080',
  request: 'connect canary.web-tenant-canary.svc.cluster.local:8080',
  expected: 'TIMEOUT',
  code: 'TIMEOUT',
  response: 'no answer within 3000 ms',
  startedAt: '2026-11-24T08:00:01.000Z',
  durationMs: 3001,
  outcome: 'asExpected',
};
const RECEIPT = JSON.stringify(receipt);

const SPEC = {
  owner: 'group:default/team',
  cluster: 'lab',
  size: 'small',
  egress: { hosts: ['api.saas.test'], cidrs: [] },
  allowInternet: false,
};

/** What the two databases say differently. */
const DIALECTS = {
  'better-sqlite3': {
    numbers: (n: number, as: string) =>
      `(with recursive s(${as}) as (select 0 union all select ${as} + 1 from s where ${as} < ${
        n - 1
      }) select ${as} from s)`,
    uuid: (a: string, b: string) =>
      `printf('%08x-0000-4000-8000-%012x', ${a}, ${b})`,
    name: (n: string) => `printf('tenant-%05d', ${n})`,
  },
  pg: {
    numbers: (n: number, as: string) =>
      `(select ${as} from generate_series(0, ${n - 1}) as ${as}) as ${as}s`,
    uuid: (a: string, b: string) =>
      `(lpad(to_hex(${a}), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(${b}), 12, '0'))::uuid`,
    name: (n: string) => `('tenant-' || lpad((${n})::text, 5, '0'))`,
  },
};

export function tenantName(n: number): string {
  return `tenant-${String(n).padStart(5, '0')}`;
}

/** What was ordered. */
export function specOf(n: number) {
  return { name: tenantName(n), ...SPEC };
}

/** UID of a tenant's namespace, as SQL. */
function uid(n: string): string {
  return `(select uid from uids where uids.place = ${n})`;
}

/**
 * Fills a database as the plugin would have after a while. The database itself makes
 * the rows.
 */
export async function fill(
  client: keyof typeof DIALECTS,
  connection: Knex.Config['connection'],
  amounts: Amounts,
): Promise<{ receipts: number; pairs: number }> {
  const db = knex({ client, connection, useNullAsDefault: true });
  try {
    await db.migrate.latest({ directory: MIGRATIONS });
    const { uids } = amounts.cluster;
    await db.schema.createTable('uids', table => {
      table.integer('place').primary();
      table.string('uid', 64);
    });
    await db.batchInsert(
      'uids',
      uids.map((known, place) => ({ place, uid: known })),
      100,
    );
    const { numbers, uuid, name } = DIALECTS[client];
    const now = Date.now();
    const tenants = numbers(uids.length, 't');
    const others = numbers(uids.length, 'n');
    const proofs = numbers(amounts.proofs, 'p');
    const receiptNumbers = numbers(amounts.receipts, 'r');
    const [named, proof, owner] = [name('t'), uuid('t', 'p'), uid('t')];
    const other = uid('n');
    const neighbour = name(`((t + p + 1) % ${uids.length})`);
    const last = uuid('t', `${amounts.proofs - 1}`);
    const begun = `${now} - (${amounts.proofs} - p) * 300000`;
    const spec = JSON.stringify(SPEC).slice(1);
    await db.raw(
      `insert into tenants (uid, name, cluster, namespace, owner, spec, created_at, proof_id, proved_at, status)
       select ${owner}, ${named}, 'lab', 'web-tenant-' || ${named}, 'group:default/team', '{"name":"' || ${named} || '",${spec}', 0, ${last}, ${now} - 295000, 'holds' from ${tenants}`,
    );
    await db.raw(
      `insert into operations (id, kind, tenant, cluster, owner, uid, state, "trigger", priority, request, neighbour, created_at, started_at, finished_at, verdicts)
       select ${proof}, 'prove', ${named}, 'lab', 'group:default/team', ${owner}, 'succeeded', 'schedule', 3, '{"kind":"prove"}', ${neighbour},
         ${begun}, ${begun}, ${begun} + 5000, '${VERDICTS}'
       from ${tenants} cross join ${proofs}`,
    );
    await db.raw(
      `insert into receipts (proof_id, position, body)
       select ${proof}, r, '${RECEIPT}'
       from ${tenants} cross join ${proofs} cross join ${receiptNumbers}`,
    );
    if (amounts.pairs) {
      await db.raw(
        `insert into pairs (uid, neighbour_uid, attempted_at, proof_id, proved_at, status)
       select ${owner}, ${other}, ${now}, ${last}, ${now}, 'holds'
       from ${tenants} cross join ${others} where t <> n`,
      );
    }
    await db.transaction(async trx => {
      const store = new TenantStore(trx);
      for (const [n, known] of uids.entries()) {
        await store.addApplied(known, toApplied(amounts.cluster.planOf(n)));
      }
    });
    await db.schema.dropTable('uids');
    // One would find no controllers, and after it no wall would hold.
    const drills = new DrillStore(db);
    await drills.know(['lab']);
    await drills.record('lab', { outcome: 'caught', walls: [] }, 60_000);
    await db.raw('analyze');
    const [{ receipts }] = await db('receipts').count({ receipts: '*' });
    const [{ pairs }] = await db('pairs').count({ pairs: '*' });
    return { receipts: Number(receipts), pairs: Number(pairs) };
  } finally {
    await db.destroy();
  }
}

/** What the portal's records keep of an apply. */
function toApplied({ stages }: TenantPlan): AppliedResources {
  return Object.fromEntries(
    stages.flatMap(({ name, resources }) =>
      resources.flatMap(resource =>
        resource.type === 'seed'
          ? []
          : [[resource.id, { stage: name, resource }]],
      ),
    ),
  );
}
