import { Rounds } from './Rounds';

const SECOND = 1_000;

let rounds: Rounds;

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  rounds.stop();
  jest.useRealTimers();
});

function start(run: (progress: () => void) => Promise<void>) {
  rounds = new Rounds({
    run: async (_, progress) => run(progress),
    onError: () => {},
  });
  rounds.addAll(0);
}
const pass = (seconds: number) =>
  jest.advanceTimersByTimeAsync(seconds * SECOND);

describe('what is due', () => {
  it.each([
    ['hangs', () => new Promise<void>(resolve => setTimeout(resolve, 650_000))],
    [
      'fails',
      async () => {
        throw new Error('away');
      },
    ],
  ])(
    'is behind once nothing of it has ended for half a minute, until something has: it %s',
    async (_, kept) => {
      let go: () => Promise<void> = kept;
      start(() => go());
      await pass(29);
      expect(rounds.isBehind).toBe(false);
      await pass(2);
      expect(rounds.isBehind).toBe(true);
      await pass(600);
      expect(rounds.isBehind).toBe(true);
      go = async () => {};
      await pass(40);
      expect(rounds.isBehind).toBe(false);
    },
  );

  it('is not behind while it goes on, however long it takes', async () => {
    start(async progress => {
      for (let i = 0; i < 100; i++) {
        await new Promise(resolve => setTimeout(resolve, 20 * SECOND));
        progress();
      }
    });
    for (let i = 0; i < 300; i++) {
      await pass(5);
      expect(rounds.isBehind).toBe(false);
    }
  });

  it('is not behind where nothing is due', async () => {
    start(async () => {});
    await pass(3_600);
    expect(rounds.isBehind).toBe(false);
  });
});
