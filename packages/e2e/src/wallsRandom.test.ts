import { ensureCanary } from '@threewalls/backstage-plugin-tenants-node';
import { FULL } from './support/full';
import { Random } from './support/random';
import { openLab } from './wallsLab';
import { anyChange } from './wallsRandom';
import { Pair } from './wallsRows';

const CHANGES = Number(process.env.THREEWALLS_CHANGES ?? (FULL ? 200 : 6));
/** Milliseconds for a change: to make it, to prove the tenants, to undo it. */
const EACH_MS = 20_000;

const random = Random.fromEnvironment();

jest.setTimeout(180_000 + CHANGES * EACH_MS);

describe('Random changes to what matters', () => {
  const pairs: Pair[] = [];

  beforeAll(async () => {
    const lab = openLab();
    await ensureCanary(lab.cluster, lab.platform);
    pairs.push(
      ...(await Promise.all([
        Pair.create(lab, 't-rand-a', 't-rand-b'),
        Pair.create(lab, 't-rand-c', 't-rand-d'),
      ])),
    );
  });

  afterAll(async () => {
    await Promise.all(pairs.map(pair => pair.remove()));
  });

  it(`are found to be what they are, ${CHANGES} of them (seed ${random.seed})`, async () => {
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
          const { expected, found, why } = await pair.tryOut(change);
          if (found === expected) {
            seen[expected]++;
          } else {
            wrong.push(
              `${change.title}: expected ${expected}, found ${found}: ${why}`,
            );
          }
        }
      }),
    );
    process.stdout.write(
      `Random changes, seed ${random.seed}: ${seen.breached} breached, ${seen.holds} held, ${wrong.length} wrong\n`,
    );
    expect(wrong).toEqual([]);
  });
});
