import { setTimeout as sleep } from 'node:timers/promises';
import {
  Operation,
  OperationEvent,
  Rollout,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { STAGES } from '@threewalls/backstage-plugin-tenants-node';
import { Knex } from 'knex';
import { tenantObjects } from './recoveryObjects';
import {
  expectDone,
  HOLDS,
  namesOf,
  orderOf,
  refuseWrites,
  Replica,
  ReplicasPortal,
} from './replicasPortal';
import { FULL, itInFull } from './support/full';
import { adminLab, openPolicy } from './support/lab';
import {
  certified,
  CERTIFIED,
  loginUid,
  NOTHING,
  remainsOf,
  REMOVAL,
} from './support/remains';
import { SMALL_N8N } from './support/smallN8n';
import { until } from './support/until';

jest.setTimeout(300_000);

const PREFIX = `t-replica-${process.pid}-`;

/** After how many of its steps a removal is cut off, by the stage where its apply was. */
const CUTS = [...REMOVAL, 'its certificate'].map(
  (_, steps) => [STAGES[(steps + 2) % STAGES.length], steps] as const,
);

interface Row {
  id: string;
  kind: string;
  tenant: string;
  state: string;
  runner: string | null;
  attempts: number;
  rollout_id: string | null;
  started_at: string;
  finished_at: string | null;
}

describe('two replicas of a portal on one PostgreSQL, on the lab', () => {
  const admin = adminLab();
  let portal: ReplicasPortal;
  let replicas: Replica[];
  let db: Knex;
  let calm: Record<string, unknown>;
  const dead = new Set<number>();
  /** One after the other: two that begin at once collide in the database. */
  let replaced = Promise.resolve();

  beforeAll(async () => {
    portal = await ReplicasPortal.small({
      proofs: { ...(SMALL_N8N.proofs as object), concurrency: 2 },
    });
    // The first makes the database; two that did so at once would collide.
    replicas = [await portal.start('0')];
    replicas.push(await portal.start('1'));
    ({ db } = portal);
    await create('a');
    calm = await tenantObjects(`${PREFIX}a`, namesOf(`${PREFIX}a`), admin);
  });

  afterAll(async () => {
    await replaced;
    const [live] = replicas;
    const { items } = await live.get('/tenants?limit=1000');
    await Promise.all(items.map(({ name }: Tenant) => live.remove(name)));
    await portal?.stop();
  });

  async function create(suffix: string): Promise<string> {
    const name = `${PREFIX}${suffix}`;
    expectDone(await replicas[0].order(name));
    return name;
  }

  const rows = () => db<Row>('operations').orderBy('started_at');

  /** Waits until an operation has done something, and kills the replica that runs it. */
  async function killWhile(
    operation: Operation,
    hasDone: (events: OperationEvent[]) => boolean,
  ): Promise<void> {
    const path = `/tenants/${operation.tenant}/operations/${operation.id}/events`;
    await killRunner(async () => {
      const { items } = await replicas[0].get(path);
      const its = () => db<Row>('operations').where({ id: operation.id });
      return hasDone(items) ? its().first() : undefined;
    });
    await replaced;
  }

  function replace(place: number): void {
    replaced = replaced.then(async () => {
      replicas[place] = await portal.start(`instead-of-${replicas[place].pid}`);
    });
  }

  /**
   * Waits for an operation that runs, and kills the replica that runs it. Another is
   * started in its place, which `replaced` waits for.
   */
  async function killRunner(
    find: () => Promise<Row | undefined>,
  ): Promise<void> {
    const runner = await until(
      async () => {
        const row = await find();
        return replicas.find(
          ({ pid }) => !dead.has(pid) && row?.runner?.includes(`:${pid}:`),
        );
      },
      90,
      20,
    );
    dead.add(runner.pid);
    await runner.kill();
    replace(replicas.indexOf(runner));
  }

  const expectOneAtATime = async (name: string) => {
    const its = (await rows()).filter(row => row.tenant === name);
    for (let i = 1; i < its.length; i++) {
      expect(Number(its[i].started_at)).toBeGreaterThanOrEqual(
        Number(its[i - 1].finished_at),
      );
    }
  };

  it.each(FULL ? CUTS : CUTS.filter(([, steps]) => steps === 6))(
    'go on with an apply whose replica is killed in stage %s, to the same objects, and with a removal after %i steps, to the same certificate',
    async (stage, steps) => {
      const name = `${PREFIX}${stage}-${steps}`;
      const operation = await replicas[0].start(name, {
        ...orderOf(name),
        ownerPassword: 'Planted-password-1',
      });
      await killWhile(operation, events => events.some(e => e.stage === stage));
      expectDone(await replicas[0].follow(operation));
      expect(await tenantObjects(name, namesOf(name), admin)).toEqual(calm);
      const uid = await loginUid(namesOf(name), admin);

      // So that it does not come to its end before it is cut off.
      const block = await db.transaction();
      await block('tenants').where({ name }).forUpdate().first();
      const removal = await replicas[0].start(name, {
        kind: 'remove',
        confirm: name,
      });
      await killWhile(
        removal,
        events => events.filter(e => e.result === 'done').length >= steps,
      );
      await block.rollback();
      const removed = expectDone(await replicas[0].follow(removal));
      expect(certified(removed.certificate!)).toEqual(CERTIFIED);
      expect(await remainsOf(namesOf(name), uid, admin)).toEqual(NOTHING);
      await expectOneAtATime(name);
      const secrets = JSON.stringify(await db('operations'));
      expect(secrets).not.toContain('Planted-password-1');
      expect(secrets).not.toContain('$2a$');
      expect(secrets).not.toContain('$2b$');
    },
  );

  itInFull(
    'lose no proof and make none twice when one of them is killed in a sweep',
    async () => {
      const names = await Promise.all(['b', 'c', 'd'].map(create));
      names.push(`${PREFIX}a`);
      const asked: Operation[] = [];
      for (const [i, name] of names.entries()) {
        asked.push(await replicas[i % 2].start(name, { kind: 'prove' }));
      }
      await sleep(1_500);
      await killWhile(asked[0], () => true);
      for (const operation of asked) {
        const done = await replicas[0].follow(operation);
        expect(done.verdicts!.map(v => v.status)).toEqual(HOLDS);
      }
      // Others may have begun since, by what the cluster has told of meanwhile.
      const left = await db<Row>('operations')
        .where({ state: 'running' })
        .where('lease_until', '<', Date.now());
      expect(left).toEqual([]);
      for (const name of names) {
        await expectOneAtATime(name);
        expect(await replicas[1].statuses(name)).toEqual(HOLDS);
      }
    },
  );

  itInFull(
    'go on with a roll-out whose replicas are killed in a wave, between two, and as it stops',
    async () => {
      const names = await Promise.all(['a', 'b', 'c', 'd'].map(create));
      const bad = names[2];
      const before = await Promise.all(
        names.map(name => tenantObjects(name, namesOf(name), admin)),
      );
      const hole = openPolicy(namesOf(bad).namespace);
      await admin.kubernetes.create(hole);
      let kept = await refuseWrites(db, 'rollouts', 'new.wave > old.wave');
      const rollout = await replicas[0].call('POST', '/operations', {
        kind: 'apply',
        filter: { names },
        waves: { first: 1, next: 2 },
      });
      const now = (): Promise<Rollout> =>
        replicas[1].get(`/operations/${rollout.id}`);
      const its = () => db<Row>('operations').where('rollout_id', rollout.id);
      const killIn = (wave: number, kind: string) =>
        killRunner(() =>
          its()
            .where({ kind, state: 'running' })
            .whereIn('tenant', rollout.waves[wave])
            .first(),
        );
      /** Kills all when a wave is proved, and nobody could write down what that means. */
      const killAfter = async (wave: number) => {
        const tenants = rollout.waves[wave];
        await replaced;
        await until(async () => {
          const proofs = its().where({ kind: 'prove', state: 'succeeded' });
          const done = await proofs.whereIn('tenant', tenants);
          return done.length === tenants.length;
        });
        const { state, wave: at } = await now();
        expect([state, at]).toEqual(['running', wave]);
        await Promise.all(replicas.map(replica => replica.kill()));
        await kept();
      };
      const startAll = () => [...replicas.keys()].forEach(replace);

      await killIn(0, 'apply');
      await killIn(0, 'prove');
      await killAfter(0);
      kept = await refuseWrites(db, 'rollouts', "new.state = 'stopped'");
      startAll();
      await killIn(1, 'apply');
      await killIn(1, 'prove');
      await killAfter(1);
      startAll();
      await replaced;
      await until(async () => (await now()).state === 'stopped');
      expect((await now()).reason).toMatch(
        `${bad}: the network wall is breached`,
      );
      expect(await its().whereIn('tenant', rollout.waves[2])).toEqual([]);

      await admin.kubernetes.delete({ ...hole, ...hole.metadata });
      await replicas[0].call('PATCH', `/operations/${rollout.id}`, {
        state: 'running',
      });
      await until(async () => (await now()).state === 'done');
      const { done, total } = await now();
      expect([done, total]).toEqual([4, 4]);
      // Each was applied and proved by it once, whoever has begun and ended that.
      expect(
        (await its()).map(row => `${row.kind} ${row.tenant}`).sort(),
      ).toEqual(
        names
          .flatMap(name => `apply ${name}`)
          .concat(names.map(n => `prove ${n}`)),
      );
      for (const [i, name] of names.entries()) {
        await expectOneAtATime(name);
        expect(await tenantObjects(name, namesOf(name), admin)).toEqual(
          before[i],
        );
      }
    },
    480_000,
  );

  it('show what the lab holds', async () => {
    const [api] = replicas;
    const name = `${PREFIX}a`;
    const usage = await api.get(`/tenants/${name}/usage`);
    expect(usage.n8n).toEqual({
      image: 'threewalls.local/small-n8n:1',
      version: '1',
      ready: true,
    });
    expect(usage.quotas).toContainEqual({
      quota: 'tenant-quota',
      resource: 'pods',
      used: '1',
      hard: '10',
      ratio: 0.1,
    });
    const { items } = await api.get('/tenants');
    expect(items[0].usage.pods).toBe(0.1);
    expect(await api.get('/health')).toEqual({
      status: 'ok',
      problems: [],
      warnings: [],
    });
    const report = await api.get(`/tenants/${name}/report`);
    expect(report).toContain('- Kubernetes: v1.37.2');
    expect(report).toContain('- Vault: 1.21.4');
    expect(report).toMatch(/- Cilium: (not readable|v?\d+\.\d+)/);
    expect(report).toMatch(/- External Secrets: (not readable|v?\d+\.\d+)/);
  });
});
