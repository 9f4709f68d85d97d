import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyPlan,
  removeTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { knex, Knex } from 'knex';
import { Replica, ReplicasPortal } from './replicasPortal';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(150_000);

const PREFIX = `t-replica-${process.pid}-`;
/** What is said of a proof whose replica was killed. */
const STOPPED = 'The portal stopped during this proof';

interface Row {
  id: string;
  tenant: string;
  state: string;
  runner: string | null;
  started_at: string;
  finished_at: string | null;
  verdicts: string | null;
}

describe('two replicas of a portal on one PostgreSQL, upon the lab', () => {
  const lab = openLab();
  const names = ['a', 'b', 'c', 'd'].map(letter => `${PREFIX}${letter}`);
  const plans = names.map(name => planSmallTenant(name, lab.platform));
  let portal: ReplicasPortal;
  let one: Replica;
  let two: Replica;
  let db: Knex;

  beforeAll(async () => {
    portal = await ReplicasPortal.create(PREFIX);
    // The first makes the database; two that did so at once would collide.
    [one] = await Promise.all([
      portal.start('one'),
      ...plans.map(plan => applyPlan(plan, lab.cluster)),
    ]);
    two = await portal.start('two');
    db = knex({ client: 'pg', connection: portal.connection });
  });

  afterAll(async () => {
    await db?.destroy();
    await portal?.stop();
    await Promise.all(
      plans.map(({ spec: { name }, names: of }) =>
        removeTenant({ name, names: of }, lab.cluster, { confirm: name }),
      ),
    );
  });

  const rows = () => db<Row>('proofs').orderBy('started_at');
  const running = async () => (await rows()).filter(r => r.state === 'running');
  const isStopped = (row: Row) => row.verdicts?.includes(STOPPED) ?? false;
  const start = (replica: Replica, tenant: string) =>
    replica.call('POST', `/tenants/${tenant}/proofs`, {});

  async function until(
    what: string,
    seconds: number,
    condition: () => Promise<boolean>,
  ): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > deadline) {
        throw new Error(
          `${what}: not within ${seconds} s.\n${JSON.stringify(
            await rows(),
            undefined,
            1,
          )}\n${await two.log()}`,
        );
      }
      await sleep(100);
    }
  }

  it('lose no proof and make none twice when one of them is killed in a sweep', async () => {
    // The first replica has two tenants under way, the second the others.
    const asked = [await start(one, names[0]), await start(one, names[1])];
    await until('the first round runs', 20, async () => {
      const found = await running();
      return found.length === 2;
    });
    const [{ runner }] = await running();
    asked.push(await start(two, names[2]), await start(two, names[3]));
    const cut = (await running()).filter(row => row.runner === runner);
    expect(cut).toHaveLength(2);
    await one.kill();
    const killedAt = Date.now();

    await until('each tenant is proved after the kill', 75, async () => {
      const after = (await rows()).filter(
        row =>
          row.state === 'done' &&
          !isStopped(row) &&
          Number(row.finished_at) > killedAt,
      );
      return names.every(name => after.some(row => row.tenant === name));
    });
    await until('the queue is empty', 20, async () =>
      (await rows()).every(row => row.state === 'done'),
    );

    const all = await rows();
    // Nothing that somebody was promised is missing.
    for (const { id } of asked) {
      expect(all.find(row => row.id === id)).toMatchObject({ state: 'done' });
    }
    // What was cut off says so, and was made again from the beginning.
    expect(
      all
        .filter(isStopped)
        .map(row => row.id)
        .sort(),
    ).toEqual(cut.map(row => row.id).sort());
    for (const { tenant } of cut) {
      const again = all.filter(
        row => row.tenant === tenant && Number(row.started_at) > killedAt,
      );
      expect(again.length).toBeGreaterThan(0);
      expect(again.some(isStopped)).toBe(false);
    }
    // Never two of one tenant at a time.
    for (const name of names) {
      const its = all.filter(row => row.tenant === name);
      for (let i = 1; i < its.length; i++) {
        expect(Number(its[i].started_at)).toBeGreaterThanOrEqual(
          Number(its[i - 1].finished_at),
        );
      }
    }
    // And the survivor shows it: three walls, held.
    for (const name of names) {
      const tenant = await two.call('GET', `/tenants/${name}`);
      expect([name, ...tenant.walls.map((w: any) => w.status)]).toEqual([
        name,
        'holds',
        'holds',
        'holds',
      ]);
    }
  });

  it('show what the lab holds', async () => {
    const usage = await two.call('GET', `/tenants/${names[0]}/usage`);
    expect(usage.n8n).toEqual({
      image: 'threewalls.local/agnhost:1.37.2',
      version: '1.37.2',
      ready: true,
    });
    expect(usage.quotas).toContainEqual({
      quota: 'tenant-quota',
      resource: 'pods',
      used: '1',
      hard: '10',
      ratio: 0.1,
    });
    const { items } = await two.call('GET', '/tenants');
    expect(items.map((tenant: any) => tenant.usage?.pods)).toEqual(
      names.map(() => 0.1),
    );
    expect(await two.call('GET', '/health')).toEqual({
      status: 'ok',
      problems: [],
    });
    const report = await two.call('GET', `/tenants/${names[0]}/report`);
    expect(report).toContain('- Kubernetes: v1.37.2');
    expect(report).toContain('- Vault: 1.21.4');
    expect(report).toMatch(/- Cilium: (not readable|v?\d+\.\d+)/);
    expect(report).toMatch(/- External Secrets: (not readable|v?\d+\.\d+)/);
  });
});
