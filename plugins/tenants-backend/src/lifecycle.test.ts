import { isDeepStrictEqual } from 'node:util';
import {
  allowOwners,
  OWNER,
  startTenantsBackend,
} from './__testUtils__/startTenantsBackend';
import { until as eventually } from './__testUtils__/until';
import { TenantStore } from './database/TenantStore';

jest.setTimeout(60_000);

let t: Awaited<ReturnType<typeof startTenantsBackend>>;

beforeEach(async () => {
  t = await startTenantsBackend();
});

afterEach(() => t.stop());

const NAMESPACE = '/api/v1/namespaces/web-tenant-acme';

const get = async (path: string) => (await t.api('get', path)).body;
const ordered = (over: object = {}) => ({
  kind: 'apply' as const,
  spec: t.spec('acme', over),
});
const remove = (over: object = {}) =>
  t.run('acme', { kind: 'remove', confirm: 'acme', ...over });
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
const until = (condition: () => boolean | Promise<boolean>) =>
  eventually(condition, 20_000);

/** Starts an operation, and holds it at a request like this. */
async function begin(
  request: RegExp,
  ...[name, body]: Parameters<typeof t.start>
) {
  const release = t.lab.hold(request);
  const before = t.lab.held;
  const started = await t.start(name, body);
  await until(() => t.lab.held > before);
  return {
    started,
    finish: () => {
      release();
      return t.follow(started);
    },
  };
}

/** Has every write of a row into these tables fail, as of a full disk. */
async function withFull<T>(tables: string[], work: () => Promise<T>) {
  for (const table of tables) {
    await t.knex.raw(
      `create trigger full_${table} before insert on ${table} begin select raise(abort, 'full'); end`,
    );
  }
  const done = await work();
  for (const table of tables) {
    await t.knex.raw(`drop trigger full_${table}`);
  }
  return done;
}

describe('what is ordered while a tenant is removed', () => {
  const REMOVE = { kind: 'remove', confirm: 'acme' } as const;
  const removing = () => begin(/DELETE .*deployments/, 'acme', REMOVE);

  it.each([
    ['restore', {}],
    ['resize', { size: 'medium' }],
  ])('brings nothing back: %s', async (_, how) => {
    await t.create('acme');
    const removal = await removing();
    const order = await t.start('acme', { kind: 'apply', ...how });
    expect((await removal.finish()).state).toBe('succeeded');
    expect(await t.follow(order)).toMatchObject({
      state: 'cancelled',
      error: 'Tenant acme was removed: there is nothing to apply',
    });
    expect(t.namespace('acme')).toBeUndefined();
  });

  it('brings nothing back: roll-out', async () => {
    await t.create('acme');
    const removal = await removing();
    const { body } = await t.api('post', '/operations', {
      kind: 'apply',
      filter: {},
    });
    expect((await removal.finish()).state).toBe('succeeded');
    await until(async () => {
      await t.tick('roll-out');
      return (await get(`/operations/${body.id}`)).state === 'done';
    });
    expect(t.namespace('acme')).toBeUndefined();
  });

  it('is made anew where it is a new order', async () => {
    await t.create('acme');
    const { uid } = t.namespace('acme').metadata;
    const removal = await removing();
    const order = await t.start('acme', ordered());
    await removal.finish();
    expect((await t.follow(order)).state).toBe('succeeded');
    expect(t.namespace('acme').metadata.uid).not.toBe(uid);
  });
});

describe('a removal', () => {
  it.each<[string, () => void, RegExp]>([
    ['is gone', () => t.lab.objects.delete(NAMESPACE), /is gone/],
    [
      'is being deleted',
      () => {
        t.namespace('acme').metadata.deletionTimestamp =
          new Date().toISOString();
      },
      /is being deleted/,
    ],
    [
      'is another’s',
      () => {
        t.namespace('acme').metadata.uid = 'another';
      },
      /is gone/,
    ],
  ])('keeps no data whose namespace %s', async (_, change, said) => {
    await t.create('acme');
    change();
    const { writes } = t.lab;
    const removal = await remove({ keepData: true });
    expect([removal.state, removal.certificate]).toEqual(['failed', undefined]);
    expect(removal.error).toMatch(said);
    expect(t.lab.writes).toHaveLength(writes.length);
    expect((await get('/tenants/acme')).name).toBe('acme');
  });

  it('that another replica has taken over is certified by that one alone', async () => {
    await t.create('acme');
    const removal = await begin(/GET \/v1\/sys\/policies/, 'acme', {
      kind: 'remove',
      confirm: 'acme',
    });
    const { id } = removal.started.body;
    await t
      .knex('operations')
      .where({ id })
      .update({ runner: 'another', lease_until: Date.now() + 600_000 });
    removal.finish().catch(() => {});
    await until(() => t.namespace('acme') === undefined);
    await pause(7_000);
    const [row] = await t.knex('tenants');
    const operation = await get(`/tenants/acme/operations/${id}`);
    expect([row.removed_at, operation.state]).toEqual([null, 'running']);
    await t
      .knex('operations')
      .where({ id })
      .update({ state: 'failed', finished_at: 1 });
  });

  it('of another owner’s tenant of that name hides no archive', async () => {
    await t.create('acme');
    const { uid } = t.namespace('acme').metadata;
    await remove({ keepData: true });
    await t.create('acme', { owner: 'user:default/mock', cluster: 'other' });
    await remove();
    expect(await t.create('acme')).toMatchObject({ uid });
  });
});

describe('an apply', () => {
  it('that restores a tenant keeps a size that was ordered before', async () => {
    await t.create('acme');
    const resize = await begin(/GET .*namespaces\/web-tenant-acme$/, 'acme', {
      kind: 'apply',
      size: 'medium',
    });
    const restore = await t.start('acme', { kind: 'apply' });
    await resize.finish();
    expect((await t.follow(restore)).state).toBe('succeeded');
    expect((await get('/tenants/acme')).spec.size).toBe('medium');
  });

  it('that restores a tenant restores what was changed behind one that runs', async () => {
    await t.create('acme');
    const restore = { kind: 'apply' } as const;
    const first = await begin(/GET .*deployments\/n8n$/, 'acme', restore);
    const path = `${NAMESPACE}/resourcequotas/tenant-quota`;
    const planned = t.lab.objects.get(path);
    t.lab.objects.set(path, { ...planned, spec: { hard: { pods: '999' } } });
    const [second, third] = [
      await t.start('acme', restore),
      await t.start('acme', restore),
    ];
    await first.finish();
    expect((await t.follow(second)).state).toBe('succeeded');
    expect(t.lab.objects.get(path).spec).toEqual(planned.spec);
    // One that waits is as good as another.
    expect(third.body.id).toBe(second.body.id);
  });

  it('that restores a tenant is what its own task goes on with that is taken up again', async () => {
    await t.create('acme');
    const restore = { kind: 'apply', task: 'a' } as const;
    const first = await begin(/GET .*deployments\/n8n$/, 'acme', restore);
    const again = await t.start('acme', restore);
    const other = await t.start('acme', { ...restore, task: 'b' });
    await first.finish();
    const [running, queued] = (
      await t.knex('operations').where({ kind: 'apply' }).orderBy('created_at')
    ).slice(-2);
    expect([again.body.id, other.body.id]).toEqual([running.id, queued.id]);
  });

  it('has on record what it has sent, while it runs and though a write fails', async () => {
    await t.create('acme');
    const resize = await begin(/PATCH .*deployments\/n8n/, 'acme', {
      kind: 'apply',
      size: 'medium',
    });
    const { spec } = t.lab.objects.get(
      `${NAMESPACE}/resourcequotas/tenant-quota`,
    );
    await until(async () => {
      const { body } = await t.knex('applied_resources').first();
      const { object } =
        JSON.parse(body)['ResourceQuota tenant-quota'].resource;
      return isDeepStrictEqual(object.spec, spec);
    });
    const write = jest
      .spyOn(TenantStore.prototype, 'addApplied')
      .mockRejectedValueOnce(new Error('Connection terminated'));
    expect((await resize.finish()).state).toBe('succeeded');
    expect(write).toHaveBeenCalled();
    const { outdated } = await get('/tenants/acme');
    expect(outdated).toBe(false);
    write.mockRestore();
  });

  it('runs no n8n whose walls were left out', async () => {
    allowOwners(t.permissions, OWNER);
    const stages = ['namespace', 'identity', 'store', 'secret', 'workload'];
    const refused = /apply the stage walls first/;
    const isThere = () =>
      t.lab.objects.has(
        '/apis/apps/v1/namespaces/web-tenant-acme/deployments/n8n',
      );
    for (const before of [[], ['namespace'], ['identity']]) {
      if (before.length > 0) {
        await t.run('acme', { ...ordered(), stages: before });
      }
      const { error } = await t.run('acme', { ...ordered(), stages });
      expect([error, isThere()]).toEqual([
        expect.stringMatching(refused),
        false,
      ]);
    }
    for (const stage of ['walls', ...stages]) {
      const { error } = await t.run('acme', { ...ordered(), stages: [stage] });
      expect(error).toBeUndefined();
    }
    expect(isThere()).toBe(true);
    // Nor in a namespace in which they were not.
    t.lab.objects.delete(NAMESPACE);
    for (const path of t.lab.objects.keys()) {
      if (path.includes('/web-tenant-acme/')) {
        t.lab.objects.delete(path);
      }
    }
    const { error } = await t.run('acme', { ...ordered(), stages });
    expect([error, isThere()]).toEqual([expect.stringMatching(refused), false]);
  });

  it.each([
    ['its records', ['tenants']],
    ['its records and events', ['tenants', 'operation_events']],
  ])('goes on where %s could not be written', async (_, tables) => {
    const first = await withFull(tables, () => t.run('acme', ordered()));
    expect(first).toMatchObject({ state: 'failed' });
    expect(await t.create('acme')).toMatchObject({ state: 'succeeded' });
  });

  it('of what was archived shows no wall that holds by a proof of before', async () => {
    await t.create('acme');
    await t.prove('acme');
    await remove({ keepData: true });
    const again = await begin(
      /GET .*networkpolicies\/tenant-isolation/,
      'acme',
      ordered(),
    );
    const { walls, createdAt } = await get('/tenants/acme');
    await again.finish();
    const unproved = { status: 'unproven', summary: 'No proof yet' };
    expect(walls).toMatchObject(Array(3).fill(unproved));
    expect(Date.parse(createdAt)).toBeGreaterThan(Date.now() - 60_000);
  });
});

describe('a database that is full', () => {
  it('has no hash of a password in what it says', async () => {
    const ownerPassword = 'a-password-of-mine';
    const answer = await withFull(['operations'], () =>
      t.start('acme', { ...ordered(), ownerPassword }),
    );
    expect(answer.status).toBe(500);
    const errors = t.fail.mock.calls.map(([{ error }]) => error.message);
    expect(errors).toHaveLength(1);
    expect([answer.text, ...errors].join()).not.toMatch(/\$2[aby]\$/);
  });
});

describe('a tenant', () => {
  it('that is lost again is told of again, whoever has restored it', async () => {
    await t.create('acme');
    const lose = async () => {
      delete t.namespace('acme').metadata.labels[
        'app.kubernetes.io/managed-by'
      ];
      await pause(2_100);
      await t.tick('look');
      await t.knex('tenants').update({ lost_since: Date.now() - 61_000 });
      await t.tick('look');
    };
    await lose();
    await t.run('acme', { kind: 'apply' });
    await pause(2_100);
    await t.tick('look');
    await lose();
    const told = t.send.mock.calls.map(([{ payload }]: any[]) => payload.title);
    expect(told).toEqual([
      "acme is lost: its walls can't be proved",
      'acme is found again',
      "acme is lost: its walls can't be proved",
    ]);
  });

  it('in whose place there is another namespace shows nothing of that', async () => {
    await t.create('acme');
    t.namespace('acme').metadata.uid = 'another';
    await pause(2_100);
    expect(await get('/tenants/acme/usage')).toEqual({ quotas: [] });
    expect(await get('/tenants/acme')).not.toHaveProperty('usage');
  });
});
