import {
  Outcome,
  Receipt,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import fc from 'fast-check';
import { judge, OPTIONAL_CHECKS } from './judge';
import { CHECKS } from './checks/checks';

function receipt(overrides: Partial<Receipt> = {}): Receipt {
  return {
    check: 'net.canary-egress',
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

const barrier = (outcome: Outcome, check = 'net.canary-egress') =>
  receipt({ outcome, check });
const control = (outcome: Outcome) =>
  receipt({ outcome, kind: 'control', check: 'net.own-service' });

const network = (receipts: Receipt[]) =>
  judge(receipts).find(({ wall }) => wall === 'network')!;

const rows: [string, Receipt[], WallStatus][] = [
  ['no receipt at all', [], 'unproven'],
  ['controls alone', [control('asExpected')], 'unproven'],
  ['barriers alone', [barrier('asExpected')], 'unproven'],
  [
    'a control and a barrier as expected',
    [control('asExpected'), barrier('asExpected')],
    'holds',
  ],
  [
    'a barrier that let something through',
    [control('asExpected'), barrier('breached'), barrier('asExpected')],
    'breached',
  ],
  [
    'a breach, though a control failed',
    [control('failed'), barrier('breached')],
    'breached',
  ],
  [
    'a breach, though another barrier is open',
    [control('asExpected'), barrier('inconclusive'), barrier('breached')],
    'breached',
  ],
  [
    'a control that failed',
    [control('failed'), barrier('asExpected')],
    'unproven',
  ],
  [
    'a control that is inconclusive',
    [control('inconclusive'), barrier('asExpected')],
    'unproven',
  ],
  [
    'a barrier that is inconclusive',
    [control('asExpected'), barrier('inconclusive'), barrier('asExpected')],
    'unproven',
  ],
  [
    'a target that is not there, and may be so',
    [
      control('asExpected'),
      barrier('notApplicable', 'net.internet'),
      barrier('asExpected'),
    ],
    'holds',
  ],
  [
    'no barrier that counts',
    [control('asExpected'), barrier('notApplicable', 'net.internet')],
    'unproven',
  ],
  [
    'a target that is not there, and may not be so',
    [control('asExpected'), barrier('notApplicable'), barrier('asExpected')],
    'unproven',
  ],
  [
    'a control that is not applicable',
    [control('notApplicable'), barrier('asExpected')],
    'unproven',
  ],
  [
    'a receipt from no pod that has a name',
    [control('asExpected'), receipt({ source: { type: 'pod', name: 'x' } })],
    'unproven',
  ],
  [
    'a breach from no pod that has a name',
    [
      control('asExpected'),
      receipt({ outcome: 'breached', source: { type: 'pod', name: '' } }),
    ],
    'breached',
  ],
  [
    'an answer that is none',
    [control('asExpected'), receipt({ code: '' })],
    'unproven',
  ],
];

describe('judge', () => {
  it.each(rows)('%s', (_, receipts, status) => {
    expect(network(receipts).status).toBe(status);
  });

  it('counts what it was shown, and says what was not', () => {
    expect(
      network([
        control('asExpected'),
        barrier('asExpected'),
        barrier('notApplicable', 'net.metadata'),
        { ...barrier('inconclusive'), reason: 'the canary is down' },
      ]),
    ).toEqual({
      wall: 'network',
      status: 'unproven',
      summary: 'Not shown: net.canary-egress canary:8080: the canary is down',
      barriers: { counted: 2, refused: 1 },
      controls: { tried: 1, succeeded: 1 },
    });
  });

  it('judges each wall by its own receipts', () => {
    const verdicts = judge([
      { ...control('asExpected'), wall: 'secret' },
      { ...barrier('breached'), wall: 'secret' },
      { ...control('asExpected'), wall: 'resource' },
      { ...barrier('asExpected'), wall: 'resource' },
    ]);
    expect(verdicts.map(({ wall, status }) => [wall, status])).toEqual([
      ['network', 'unproven'],
      ['secret', 'breached'],
      ['resource', 'holds'],
    ]);
  });
});

const anyReceipt: fc.Arbitrary<Receipt> = fc
  .record({
    check: fc.constantFrom(...CHECKS),
    outcome: fc.constantFrom<Outcome>(
      'asExpected',
      'breached',
      'failed',
      'inconclusive',
      'notApplicable',
    ),
    uid: fc.option(fc.constant('u1'), { nil: undefined }),
  })
  .map(({ check, outcome, uid }) =>
    receipt({
      check: check.id,
      wall: check.wall,
      kind: check.kind,
      outcome,
      source: { type: 'pod', name: 'ns/pod', uid },
    }),
  );
const someReceipts = fc.array(anyReceipt, { maxLength: 60 });

/** Whether a property of receipts is true of any of them. */
const always = (property: (receipts: Receipt[]) => boolean) => () =>
  fc.assert(fc.property(someReceipts, property));

describe('judge, whatever the receipts', () => {
  it('never says that a wall holds where something was not shown', () => {
    const isShown = (r: Receipt) =>
      r.outcome === 'asExpected' && Boolean(r.source.uid);
    const isLeftOut = (r: Receipt) =>
      r.kind === 'barrier' &&
      r.outcome === 'notApplicable' &&
      OPTIONAL_CHECKS.includes(r.check);
    const isProved = (own: Receipt[]) =>
      own.every(r => isShown(r) || isLeftOut(r)) &&
      own.some(r => isShown(r) && r.kind === 'barrier') &&
      own.some(r => isShown(r) && r.kind === 'control');
    expect(
      always(receipts =>
        judge(receipts)
          .filter(({ status }) => status === 'holds')
          .every(({ wall }) => isProved(receipts.filter(r => r.wall === wall))),
      ),
    ).not.toThrow();
  });

  it('says breached where one barrier was, and nowhere else', () => {
    const isBreach = (r: Receipt) =>
      r.kind === 'barrier' && r.outcome === 'breached';
    expect(
      always(receipts =>
        judge(receipts).every(
          ({ wall, status }) =>
            (status === 'breached') ===
            receipts.some(r => r.wall === wall && isBreach(r)),
        ),
      ),
    ).not.toThrow();
  });

  it('does not care for their order', () => {
    const statuses = (list: Receipt[]) =>
      judge(list)
        .map(v => v.status)
        .join();
    expect(
      always(
        receipts => statuses([...receipts].reverse()) === statuses(receipts),
      ),
    ).not.toThrow();
  });
});
