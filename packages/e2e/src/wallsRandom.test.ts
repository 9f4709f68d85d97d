import { ensureCanary } from '@threewalls/backstage-plugin-tenants-node';
import { Random } from './support/random';
import { openLab } from './wallsLab';
import { anyChange } from './wallsRandom';
import { Pair } from './wallsRows';

const FULL = process.env.THREEWALLS_FULL === '1';
const CHANGES = Number(process.env.THREEWALLS_CHANGES ?? (FULL ? 200 : 6));
/** Changes at once. */
const PAIRS = FULL ? 4 : 2;
/** Milliseconds for a change: to make it, to prove the tenants, to undo it. */
const EACH_MS = 20_000;

const first = Random.fromEnvironment();
/** The full run takes another seed besides. */
const SEEDS = FULL ? [first.seed, first.below(2 ** 31)] : [first.seed];

jest.setTimeout(180_000 + CHANGES * EACH_MS);

describe('Random changes to what matters', () => {
  const pairs: Pair[] = [];

  beforeAll(async () => {
    const lab = openLab();
    await ensureCanary(lab.cluster, lab.platform);
    pairs.push(...(await Pair.createAll(lab, 't-rand', PAIRS)));
  });

  afterAll(async () => {
    await Promise.all(pairs.map(pair => pair.remove()));
  });

  it.each(SEEDS)(
    `are found to be what they are, ${CHANGES} of them (seed %s)`,
    async seed => {
      const random = new Random(seed);
      const seen = { breached: 0, holds: 0 };
      const wrong: string[] = [];
      // Each pair has its own, so that a seed says the same whoever is faster.
      const queues = pairs.map(({ plans: [a, b] }, i) =>
        Array.from({ length: Math.ceil((CHANGES - i) / pairs.length) }, () =>
          anyChange(random, a, b),
        ),
      );
      await Promise.all(
        pairs.map(async (pair, i) => {
          for (const change of queues[i]) {
            const problem = await pair.tryOut(change).then(
              ({ expected, found, why }) => {
                if (found === expected) {
                  seen[expected]++;
                  return undefined;
                }
                return `expected ${expected}, found ${found}: ${why}`;
              },
              (error: Error) => `was not tried: ${error.message}`,
            );
            if (problem) {
              wrong.push(`${change.title}: ${problem}`);
            }
          }
        }),
      );
      process.stdout.write(
        `Random changes, seed ${seed}: ${seen.breached} breached, ${seen.holds} held, ${wrong.length} wrong\n`,
      );
      expect(wrong).toEqual([]);
    },
  );
});
