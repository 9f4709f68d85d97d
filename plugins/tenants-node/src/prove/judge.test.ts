import {
  Outcome,
  Receipt,
  Requirement,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import fc from 'fast-check';
import { judge } from './judge';
import { CHECKS } from './checks/checks';

function receipt(overrides: Partial<Receipt> = {}): Receipt {
  const check = overrides.check ?? 'net.canary-egress';
  return {
    id: `${check} 1`,
    about: { tenant: 'acme' },
    check,
    wall: 'network',
    kind: 'barrier',
    source: { type: 'pod', name: 'web-tenant-acme/proof', uid: 'u1' },
    target: 'canary:8080',
    request: 'connect canary:8080',
    expected: 'TIMEOUT',
    code: 'TIMEOUT',
    response: 'no answer',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 3000,
    outcome: 'asExpected',
    ...overrides,
  };
}

/** What was required of a receipt, as the catalogue has it. */
function required({ id, check, wall, kind }: Receipt): Requirement {
  const info = CHECKS.find(c => c.id === check);
  const { otherwise, optional = false } = info ?? {};
  return { id, check, wall, kind, otherwise, optional };
}

const barrier = (outcome: Outcome, check = 'net.canary-egress') =>
  receipt({ outcome, check });
const control = (outcome: Outcome) =>
  receipt({ outcome, kind: 'control', check: 'net.own-service' });

const network = (
  receipts: Receipt[],
  requirements: Requirement[] = receipts.map(required),
) => judge(requirements, receipts).find(({ wall }) => wall === 'network')!;

const answered = control('asExpected');
const blocked = barrier('asExpected');
const through = barrier('breached');
const unanswered = control('failed');
const unsure = barrier('inconclusive');
const noInternet = barrier('notApplicable', 'net.internet');
/** From a pod that nothing identifies. */
const fromNobody = { source: { type: 'pod' as const, name: 'x' } };

describe('judge', () => {
  it.each<[string, WallStatus, ...Receipt[]]>([
    ['no receipt at all', 'unproven'],
    ['controls alone', 'unproven', answered],
    ['barriers alone', 'unproven', blocked],
    ['a control and a barrier as expected', 'holds', answered, blocked],
    [
      'a barrier that let something through',
      'breached',
      answered,
      through,
      blocked,
    ],
    ['a breach, though a control failed', 'breached', unanswered, through],
    [
      'a breach, though another barrier is open',
      'breached',
      answered,
      unsure,
      through,
    ],
    ['a control that failed', 'unproven', unanswered, blocked],
    [
      'a control that is inconclusive',
      'unproven',
      control('inconclusive'),
      blocked,
    ],
    ['a barrier that is inconclusive', 'unproven', answered, unsure, blocked],
    [
      'a target that is not there, and may be so',
      'holds',
      answered,
      noInternet,
      blocked,
    ],
    ['no barrier that counts', 'unproven', answered, noInternet],
    [
      'a target that is not there, and may not be so',
      'unproven',
      answered,
      barrier('notApplicable'),
    ],
    [
      'a control that does not apply, and may not be so',
      'unproven',
      control('notApplicable'),
      blocked,
    ],
    [
      'a receipt from no pod that has a name',
      'unproven',
      answered,
      { ...blocked, ...fromNobody },
    ],
    [
      'a breach from no pod that has a name',
      'breached',
      answered,
      { ...through, ...fromNobody },
    ],
    ['an answer that is none', 'unproven', answered, { ...blocked, code: '' }],
  ])('%s', (_, status, ...receipts) => {
    expect(network(receipts).status).toBe(status);
  });

  describe('knows what was required', () => {
    const all = [answered, blocked];
    const more = barrier('asExpected', 'net.metadata');

    it('misses a receipt that is not there, whatever its check', () => {
      const requirements = [...all, more].map(required);
      expect(network([...all, more], requirements).status).toBe('holds');
      expect(network(all, requirements)).toMatchObject({
        status: 'unproven',
        summary: "Couldn't verify: net.metadata was not tried",
        barriers: { counted: 2, refused: 1 },
      });
    });

    it('takes none of another check, or of another kind, for it', () => {
      const requirements = all.map(required);
      for (const change of [
        { id: 'net.canary-egress 2' },
        { check: 'net.metadata' },
        { kind: 'control' as const },
      ]) {
        const changed = { ...all[1], ...change };
        expect(network([all[0], changed], requirements).status).toBe(
          'unproven',
        );
      }
    });

    it('lets what was not required show a breach, and nothing else', () => {
      const requirements = all.map(required);
      const status = (outcome: Outcome) =>
        network([...all, { ...more, outcome }], requirements).status;
      expect(status('breached')).toBe('breached');
      expect(status('inconclusive')).toBe('holds');
      expect(network([...all], []).status).toBe('unproven');
    });
  });

  describe('says', () => {
    it('how many attacks were blocked', () => {
      const another = barrier('asExpected', 'net.kubelet');
      const { summary } = network([answered, blocked, another]);
      expect(summary).toBe('All 2 attacks blocked');
      expect(network([answered, blocked]).summary).toBe(
        'The one attack was blocked',
      );
    });

    it('how many got through, and what the first was', () => {
      const more = [
        barrier('breached', 'net.kubelet'),
        barrier('asExpected', 'net.kube-api'),
      ];
      expect(network([answered, through, ...more])).toMatchObject({
        summary: '2 of 3 attacks got through. First: reached the canary',
        wording: {
          code: 'gotThrough',
          values: { through: 2, counted: 3, check: 'net.canary-egress' },
        },
        barriers: { counted: 3, refused: 1 },
      });
    });

    it('what could not be verified: the failed control first', () => {
      const doubts = [
        { ...barrier('inconclusive'), reason: 'the canary is down' },
        barrier('inconclusive', 'net.kubelet'),
        barrier('inconclusive', 'net.kube-api'),
      ];
      // What was answered is nobody's own words, and no check stands for it.
      expect(network([answered, doubts[0]])).toMatchObject({
        summary: "Couldn't verify: the canary is down",
        wording: { code: 'inDoubt', values: { first: 'the canary is down' } },
      });
      expect(network([...doubts, control('failed')])).toMatchObject({
        summary: "Couldn't verify: n8n did not answer (3 more affected)",
        wording: {
          code: 'inDoubtMore',
          values: { check: 'net.own-service', more: 3 },
        },
        controls: { tried: 1, succeeded: 0 },
      });
    });
  });

  it('judges each wall by its own receipts', () => {
    const receipts: Receipt[] = [
      { ...answered, wall: 'secret' },
      { ...through, wall: 'secret' },
      { ...answered, wall: 'resource' },
      { ...blocked, wall: 'resource' },
    ];
    const verdicts = judge(receipts.map(required), receipts);
    expect(verdicts.map(({ wall, status }) => [wall, status])).toEqual([
      ['network', 'unproven'],
      ['secret', 'breached'],
      ['resource', 'holds'],
    ]);
  });
});

interface Case {
  required: Requirement[];
  receipts: Receipt[];
}

const anyReceipt: fc.Arbitrary<Receipt> = fc
  .record({
    check: fc.constantFrom(...CHECKS),
    nth: fc.nat({ max: 2 }),
    outcome: fc.constantFrom<Outcome>(
      'asExpected',
      'asExpected',
      'asExpected',
      'breached',
      'failed',
      'inconclusive',
      'notApplicable',
    ),
    uid: fc.option(fc.constant('u1'), { nil: undefined, freq: 20 }),
  })
  .map(({ check, nth, outcome, uid }) =>
    receipt({
      id: `${check.id} ${nth}`,
      check: check.id,
      wall: check.wall,
      kind: check.kind,
      outcome,
      source: { type: 'pod', name: 'ns/pod', uid },
    }),
  );
/** What was required, and the receipts: some of each without the other. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    both: fc.array(anyReceipt, { maxLength: 12 }),
    notRequired: fc.array(anyReceipt, { maxLength: 2 }),
    missing: fc.array(anyReceipt, { maxLength: 1 }),
  })
  .map(({ both, notRequired, missing }) => ({
    required: [...both, ...missing].map(required),
    receipts: [...both, ...notRequired],
  }));

/** A property is true of any case. */
const always = (property: (one: Case) => boolean) =>
  fc.assert(fc.property(anyCase, property), { numRuns: 500 });

describe('judge, whatever was required and came', () => {
  it('never says that a wall holds where something required was not shown', () => {
    const isShown = (r: Receipt) =>
      r.outcome === 'asExpected' && Boolean(r.source.uid);
    const isProved = (own: Requirement[], receipts: Receipt[]) => {
      const counted = own.filter(requirement => {
        const found = receipts.filter(r => r.id === requirement.id);
        const isLeftOut =
          requirement.optional &&
          found.length > 0 &&
          found.every(r => r.outcome === 'notApplicable');
        return !isLeftOut;
      });
      return (
        counted.some(r => r.kind === 'barrier') &&
        counted.some(r => r.kind === 'control') &&
        counted.every(({ id }) => {
          const found = receipts.filter(r => r.id === id);
          return found.length > 0 && found.every(isShown);
        })
      );
    };
    let holding = 0;
    always(({ required: requirements, receipts }) =>
      judge(requirements, receipts)
        .filter(({ status }) => status === 'holds')
        .every(({ wall }) => {
          holding++;
          return isProved(
            requirements.filter(r => r.wall === wall),
            receipts,
          );
        }),
    );
    expect(holding).toBeGreaterThan(0);
  });

  it('says breached where one barrier was, and nowhere else', () => {
    const isBreach = (r: Receipt) =>
      r.kind === 'barrier' && r.outcome === 'breached';
    always(({ required: requirements, receipts }) =>
      judge(requirements, receipts).every(
        ({ wall, status }) =>
          (status === 'breached') ===
          receipts.some(r => r.wall === wall && isBreach(r)),
      ),
    );
  });

  it('does not care for their order', () => {
    const statuses = (requirements: Requirement[], list: Receipt[]) =>
      judge(requirements, list)
        .map(v => v.status)
        .join();
    always(
      ({ required: requirements, receipts }) =>
        statuses([...requirements].reverse(), [...receipts].reverse()) ===
        statuses(requirements, receipts),
    );
  });

  it('never gets better by a receipt that is dropped', () => {
    const rank: Record<WallStatus, number> = {
      breached: 0,
      unproven: 1,
      holds: 2,
    };
    always(({ required: requirements, receipts }) => {
      const before = judge(requirements, receipts);
      return receipts
        .filter(r => r.outcome === 'asExpected')
        .every(dropped => {
          const rest = receipts.filter(r => r.id !== dropped.id);
          const kept = receipts.filter(
            r => r.id === dropped.id && r.outcome === 'breached',
          );
          const after = judge(requirements, [...rest, ...kept]);
          return after.every(
            (v, i) => rank[v.status] <= rank[before[i].status],
          );
        });
    });
  });
});
