import {
  ProofSummary,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { timelinesOf } from './timelines';

const NOW = Date.now();
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const proof = (
  minutes: number,
  status: 'holds' | 'breached',
): ProofSummary => ({
  id: `p${minutes}`,
  tenant: 'acme',
  state: 'done',
  trigger: 'schedule',
  startedAt: ago(minutes),
  finishedAt: ago(minutes),
  verdicts: WALLS.map(wall => ({
    wall,
    status,
    summary: '',
    barriers: { counted: 1, refused: 1 },
    controls: { tried: 1, succeeded: 1 },
  })),
});

const acme = { uid: 'u', name: 'acme', createdAt: ago(10_000) } as any;

/** What is left of proofs every five minutes where only the last hour's are kept. */
const LEFT = [
  proof(190, 'breached'),
  proof(180, 'holds'),
  ...Array.from({ length: 12 }, (_, i) => proof(60 - 5 * i, 'holds')),
];

describe('timelinesOf', () => {
  it.each<[string, Map<string, number>, number, string[]]>([
    ['what was thinned out', new Map([['u', NOW - 3_600_000]]), 60, ['holds']],
    ['a record that is whole', new Map(), 240, ['gap', 'breached', 'holds']],
  ])(
    'begins with %s, and forgets no breach',
    async (_, kept, begins, known) => {
      const [line] = await timelinesOf(
        [acme],
        { from: ago(240) },
        {
          ended: async () => new Map([['u', LEFT]]),
          keptSince: async () => kept,
          now: async () => NOW,
        },
        2_000,
      );
      expect((line.to - line.from) / 60_000).toBeCloseTo(begins, 0);
      expect(line.walls.network.map(s => s.known).slice(0, 3)).toEqual(known);
      expect(line.breaches.map(({ proofId }) => proofId)).toEqual(
        WALLS.map(() => 'p190'),
      );
    },
  );
});
