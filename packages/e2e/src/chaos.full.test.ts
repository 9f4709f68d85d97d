import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { areAll, Dark, isBreached, Observer } from './chaosObserver';
import { GatedLab } from './recoveryConfig';
import {
  expectDone,
  namesOf,
  orderOf,
  Replica,
  ReplicasPortal,
} from './replicasPortal';
import { adminLab, refOf, runLab } from './support/lab';
import { Random } from './support/random';
import { SMALL_N8N } from './support/smallN8n';
import { until } from './support/until';
import { Breach, breachesOf } from './wallsDetection';

jest.setTimeout(240_000);

const NAMES = [0, 1, 2].map(i => `t-chaos-${process.pid}-${i}`);
/** The second one's clock is wrong. */
const REPLICAS = ['one', 'two'] as const;
type Name = (typeof REPLICAS)[number];
/** Seconds that the second one's clock is ahead: not so many that it is not believed. */
const AHEAD_S = 50;
/** So that a clock which is so much ahead shows in a proof's age. */
const PROOFS = { intervalS: 90, maxAgeS: 150 };
/** Seconds from when a replica could know of a breach until its API says so, on however busy a machine. */
const SEEN_S = { kubernetes: 10, vault: 30 };
/** Seconds that a wall may be green still: objects are wrong, the cluster hangs up, and it swallows what it is sent. */
const GREEN_S = { breached: 2, gone: 2, silent: 7 };
/**
 * Seconds until what is restored is proved, and holds again: at the latest by the proof
 * after one that a replica has made whose clock was not believed.
 */
const BACK_S = PROOFS.intervalS + 30;
const POLICIES = refOf('NetworkPolicy');

/** When each replica could know of a breach. */
type Known = Record<Name, number>;

const both = (at: number): Known => ({ one: at, two: at });

describe('two replicas of a portal, one with a wrong clock, while everything around them fails', () => {
  const admin = adminLab();
  const random = Random.fromEnvironment();
  const observer = new Observer();
  const dark: Dark[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'threewalls-chaos-'));
  const clock = join(folder, 'clock');
  const gates = {} as Record<Name, GatedLab>;
  const replicas = {} as Record<Name, Replica>;
  const undo: (() => Promise<unknown>)[] = [];
  const rows: string[] = [];
  let portal: ReplicasPortal;

  /** Debian's libfaketime, by which a process lives in another time. */
  function skewed(): Record<string, string> {
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    if (!library) {
      throw new Error('faketime is not installed: apt-get install faketime');
    }
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  const setClock = (seconds: number) =>
    writeFileSync(clock, `${seconds < 0 ? '' : '+'}${seconds}s\n`);

  async function start(name: Name): Promise<void> {
    replicas[name] = await portal.start(
      `${name}-${Date.now()}`,
      { clusters: gates[name].clusters },
      name === 'two' ? skewed() : {},
    );
    observer.watch(name, replicas[name]);
  }

  const someReplica = () => replicas[random.one(observer.living as Name[])];

  beforeAll(async () => {
    process.stdout.write(`Chaos: THREEWALLS_SEED=${random.seed}\n`);
    setClock(AHEAD_S);
    for (const name of REPLICAS) {
      gates[name] = await GatedLab.open();
    }
    portal = await ReplicasPortal.small({
      proofs: {
        ...(SMALL_N8N.proofs as object),
        interval: { seconds: PROOFS.intervalS },
        maxAge: { seconds: PROOFS.maxAgeS },
      },
    });
    // The first makes the database; two that did so at once would collide.
    await start('one');
    await Promise.all([start('two'), aDrillIsNotDue()]);
    await Promise.all(
      NAMES.map(async name => {
        await done(name, orderOf(name));
        await done(name, { kind: 'prove' });
      }),
    );
    await observer.untilAll(areAll('holds'), Date.now(), BACK_S);
  });

  /** Which would break walls of its own beside, two minutes after a portal's first start. */
  async function aDrillIsNotDue(): Promise<void> {
    const caught = { caught_at: Date.now(), last_at: Date.now(), failures: 0 };
    const last = JSON.stringify({ outcome: 'caught', walls: [] });
    await portal
      .db('drills')
      .insert({ cluster: 'lab', known_since: Date.now(), ...caught, last })
      .onConflict('cluster')
      .merge();
  }

  afterAll(async () => {
    observer.stop();
    REPLICAS.forEach(name => gates[name]?.open());
    await runLab('start', 'kube-apiserver');
    await Promise.allSettled(undo.map(one => one()));
    await Promise.allSettled(NAMES.map(name => replicas.one?.remove(name)));
    await portal?.stop();
    await Promise.all(REPLICAS.map(name => gates[name]?.stop()));
    rmSync(folder, { recursive: true });
  });

  async function done(name: string, request: object): Promise<void> {
    expectDone(await someReplica().run(name, request));
  }

  const answers = async () => {
    const signal = AbortSignal.timeout(1_000);
    const request = { method: 'GET', path: '/readyz', signal } as const;
    const answer = await admin.kubernetes
      .request(request)
      .catch(() => undefined);
    return answer?.status === 200;
  };
  const cut = () => REPLICAS.forEach(name => gates[name].kubernetes.cut());
  const open = () => REPLICAS.forEach(name => gates[name].kubernetes.open());

  /** No wall of anybody may be green from when nobody can tell. */
  function untold(
    because: string,
    [from, to]: [number, number],
    replica?: Name,
    graceS: number = GREEN_S.gone,
  ): void {
    dark.push({ because, from: from + graceS * 1000, until: to, replica });
  }

  /** Asks etcd, which listens to the node alone. */
  async function etcd(path: string, body: object): Promise<any> {
    const url = `http://127.0.0.1:2379/v3/${path}`;
    const data = ['-d', JSON.stringify(body)];
    return JSON.parse(await runLab('shell', 'curl', '-sSf', url, ...data));
  }

  /** What the API server answers to who goes on from a version: 410 where that is forgotten. */
  async function codeFor(resourceVersion: string): Promise<number | undefined> {
    const signal = AbortSignal.timeout(5_000);
    const from = { resourceVersion, signal };
    try {
      for await (const { type, object } of admin.kubernetes.watch<any>(
        POLICIES,
        from,
      )) {
        return type === 'ERROR' ? object.code : 200;
      }
    } catch (error) {
      return (error as { status?: number }).status;
    }
    return undefined;
  }

  const inCluster = ({ by }: Breach) => by === 'kubernetes';
  /** What happens around a breach, with when each replica could know of it; and which it may be. */
  const STEPS: [
    string,
    (breach: () => Promise<number>) => Promise<Known>,
    (breach: Breach) => boolean,
  ][] = [
    [
      'API server restarted',
      async breach => {
        const restarted = runLab('restart', 'kube-apiserver');
        await until(async () => !(await answers()), 30);
        const away = [Date.now(), Date.now()] as [number, number];
        const at = await until(async () => {
          away[1] = Date.now();
          return breach().catch(() => undefined);
        }, 60);
        untold('the API server restarts', away);
        await restarted;
        return both(at);
      },
      inCluster,
    ],
    [
      'watches cut',
      async breach => {
        const from = Date.now();
        cut();
        await sleep(1_500);
        await breach();
        await sleep(2_500);
        untold('watches are cut', [from, Date.now()]);
        open();
        return both(Date.now());
      },
      inCluster,
    ],
    [
      'etcd compacted: 410 Gone',
      async breach => {
        const known = await admin.kubernetes.list(POLICIES);
        const from = Date.now();
        cut();
        await breach();
        const { header } = await etcd('maintenance/status', {});
        const { revision } = header;
        await etcd('kv/compaction', { revision, physical: true });
        // Which remembers for itself what etcd has forgotten.
        await runLab('restart', 'kube-apiserver');
        expect(await codeFor(known.resourceVersion)).toBe(410);
        untold('etcd is compacted', [from, Date.now()]);
        open();
        return both(Date.now());
      },
      inCluster,
    ],
    [
      'a replica killed',
      async breach => {
        const victim = random.one(REPLICAS);
        observer.forget(victim);
        await replicas[victim].kill();
        const at = await breach();
        await start(victim);
        return { ...both(at), [victim]: Date.now() };
      },
      () => true,
    ],
    [
      'API server away for 40 s',
      async breach => {
        const from = Date.now();
        gates.one.kubernetes.cut();
        gates.two.kubernetes.swallow();
        await sleep(20_000);
        await breach();
        await sleep(20_000);
        const away = [from, Date.now()] as [number, number];
        untold('the API server hangs up', away, 'one');
        untold('the API server swallows', away, 'two', GREEN_S.silent);
        open();
        return both(Date.now());
      },
      ({ title }) => title === 'its policy is deleted',
    ],
    [
      'a clock off by ten minutes',
      async breach => {
        const from = Date.now();
        setClock(600);
        await sleep(3_000);
        const at = await breach();
        await sleep(6_000);
        setClock(-600);
        await sleep(6_000);
        untold('its clock is off', [from, Date.now()], 'two', GREEN_S.silent);
        setClock(AHEAD_S);
        return both(at);
      },
      () => true,
    ],
  ];

  it.each(STEPS)(
    'see what is breached, and that it is over: %s',
    async (title, disturb, chosen) => {
      const name = NAMES[rows.length % NAMES.length];
      const breaches = breachesOf(namesOf(name), admin);
      const what = random.one(breaches.filter(chosen));
      const { wall, by } = what;
      const before = observer.samples.length;
      let breachedAt = 0;
      undo.push(async () => what.undo?.());
      const known = await disturb(async () => {
        await what.do();
        breachedAt = Date.now();
        return breachedAt;
      });
      const seen = await observer.untilAll(
        isBreached(name, wall),
        breachedAt,
        SEEN_S[by],
      );
      const undoneAt = Date.now();
      await undo.pop()!();
      await done(name, { kind: 'apply' });
      const graceS = by === 'vault' ? SEEN_S.vault : GREEN_S.breached;
      dark.push({
        because: `${title}, ${what.title}`,
        from: breachedAt + graceS * 1000,
        until: undoneAt,
        tenant: name,
        wall,
      });
      const back = await observer.untilAll(areAll('holds'), undoneAt, BACK_S);
      const seconds = (ms: number) => (ms / 1000).toFixed(1);
      const row = [
        title,
        what.title,
        ...REPLICAS.map(one => seconds(seen.get(one)! - breachedAt)),
        ...REPLICAS.map(one => seconds(seen.get(one)! - known[one])),
        seconds(Math.max(...back.values()) - undoneAt),
        `${observer.samples.length - before}`,
      ].join(' | ');
      rows.push(row);
      process.stdout.write(`| ${row} |\n`);
      for (const one of REPLICAS) {
        const seenMs = seen.get(one)! - known[one];
        expect([one, seenMs <= SEEN_S[by] * 1000]).toEqual([one, true]);
      }
    },
  );

  it('have shown nothing green all the while that could not be, and no time to come', () => {
    const { samples, problems } = observer;
    process.stdout.write(
      `${samples.length} samples, ${dark.length} stretches without green\n`,
    );
    expect({
      green: observer.green(dark),
      times: observer.wrongTimes(PROOFS.maxAgeS * 1000),
      problems,
    }).toEqual({ green: [], times: [], problems: [] });
  });
});
