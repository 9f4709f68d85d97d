import { mockServices } from '@backstage/backend-test-utils';
import { Announcer } from './Announcer';

const PLATFORM = 'group:default/platform-team';
const OWNER = 'group:default/guests';

const tenant = (name: string, cluster: string = 'prod') => ({
  uid: `uid-${name}`,
  name,
  cluster,
  owner: OWNER,
});

describe('what many tenants have in common', () => {
  const send = jest.fn(async (_: any) => {});
  const announcer = new Announcer(
    {
      notifications: { send },
      signals: {} as any,
      events: {} as any,
      auditor: mockServices.auditor.mock(),
      logger: mockServices.logger.mock(),
    },
    {
      names: { from: async () => (value: any) => value } as any,
      platform: [PLATFORM],
      isMuted: async uid => uid === 'uid-muted',
    },
  );
  const toldTo = (ref: string): string[] =>
    send.mock.calls
      .filter(([{ recipients }]) => recipients.entityRef.includes(ref))
      .map(([{ payload }]) => payload.title);

  beforeEach(() => {
    jest.useFakeTimers();
    send.mockClear();
  });

  afterEach(() => jest.useRealTimers());

  it('is one notification to the platform, after that of the first, and one each to owners', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    for (const name of [...names, 'muted']) {
      await announcer.lost(tenant(name), 'Connection refused');
    }
    const title = (name: string) =>
      `${name} is lost: its walls can't be proved`;
    expect(toldTo(OWNER)).toEqual(names.map(title));
    expect(toldTo(PLATFORM)).toEqual([title('t0')]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(toldTo(PLATFORM).slice(1)).toEqual([
      `39 more in cluster prod, such as ${title('t1')}`,
    ]);
    const { description, severity } = send.mock.calls.at(-1)![0].payload;
    expect(severity).toBe('critical');
    expect(description).toMatch(/^t1 is lost.*t20 is lost.*and 19 more$/);
    // Another one, later on, is news again.
    await announcer.lost(tenant('late'), 'Connection refused');
    expect(toldTo(PLATFORM)).toContain(title('late'));
  });

  it('is another thing in another cluster, of another wall, and when it is over', async () => {
    const change = { wall: 'network', status: 'breached', summary: '' } as any;
    await announcer.wallChanged(tenant('a'), change);
    await announcer.wallChanged(tenant('a'), { ...change, wall: 'secret' });
    await announcer.wallChanged(tenant('b', 'test'), change);
    await announcer.wallChanged(tenant('a'), { ...change, status: 'holds' });
    expect(toldTo(PLATFORM)).toHaveLength(4);
    // A single one that follows is sent as it is.
    await announcer.wallChanged(tenant('c'), change);
    expect(toldTo(PLATFORM)).toHaveLength(4);
    await announcer.stop();
    expect(toldTo(PLATFORM).at(-1)).toBe('c: the network wall is breached');
  });

  it('takes no alarm back that is newer, or of others', async () => {
    const change = (status: string) =>
      ({ wall: 'network', status, summary: '' } as any);
    for (const name of ['a', 'b', 'c', 'd']) {
      await announcer.wallChanged(tenant(name), change('holds'));
    }
    // The first of its kind is sent at once. The good news of c still waits.
    await announcer.wallChanged(tenant('c'), change('breached'));
    for (const name of ['e', 'f']) {
      await announcer.wallChanged(tenant(name), change('breached'));
    }
    await announcer.stop();
    const told = send.mock.calls
      .filter(([{ recipients }]) => recipients.entityRef.includes(PLATFORM))
      .map(([{ payload }]) => payload);
    expect(
      told
        .map(({ title }) => title)
        .slice(-2)
        .sort(),
    ).toEqual([
      '2 more in cluster prod, such as b: the network wall holds again',
      '2 more in cluster prod, such as e: the network wall is breached',
    ]);
    expect(JSON.stringify(told)).not.toMatch(/c: the network wall holds/);
    const scopes = told.map(({ scope }) => scope);
    expect(new Set(scopes).size).toBe(scopes.length);
  });

  it('is reported while it goes on, too', async () => {
    for (let i = 0; i < 25; i++) {
      await announcer.lost(tenant(`t${i}`), 'Connection refused');
      await jest.advanceTimersByTimeAsync(500);
    }
    expect(toldTo(PLATFORM)[1]).toMatch(/^\d+ more in cluster prod/);
  });
});
