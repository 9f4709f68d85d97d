import { WallStatus } from '@threewalls/backstage-plugin-tenants-common';
import {
  breachedReceipts,
  operationsOf,
  proofOf,
  summaryOf,
  tenants,
  timelineOfProofs,
} from '../../__fixtures__';
import { renderWords } from '../../__testUtils__';
import { useReportBlocks } from './blocks';
import { markdownOf } from './markdown';
import { percentOf, tenantReportOf } from './report';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const at = (minutes: number) =>
  new Date(NOW - minutes * MINUTE_MS).toISOString();

function proofs(...ends: [minutes: number, status: WallStatus][]) {
  return ends.map(([minutes, status]) => ({
    ...summaryOf(
      proofOf('acme', { id: `p${minutes}`, verdicts: [{ status }] }),
    ),
    startedAt: at(minutes),
    finishedAt: at(minutes),
  }));
}

const tenant = { ...tenants.acme, createdAt: at(10_000) };
const period = { from: at(60), to: at(0) };
const timeline = (
  of: typeof tenant,
  some: ReturnType<typeof proofs>,
  until = NOW,
) => timelineOfProofs(of, some, { now: until, windowMs: 60 * MINUTE_MS });
const SOME = proofs(
  [64, 'holds'],
  [59, 'holds'],
  [54, 'breached'],
  [49, 'holds'],
  [44, 'holds'],
  [5, 'holds'],
);

describe('tenantReportOf', () => {
  it('says for how long a wall held, what broke it, and when nobody looked', () => {
    const report = tenantReportOf(tenant, timeline(tenant, SOME));
    const [network, secret] = report.walls;
    expect(network.status).toBe('holds');
    expect(network.shares).toEqual({
      holds: 31 / 60,
      breached: 5 / 60,
      unproven: 0,
      gap: 24 / 60,
    });
    expect(secret.shares.breached).toBe(0);
    expect(report.proofs).toBe(5);
    expect(report.breaches).toEqual([
      {
        wall: 'network',
        foundAt: at(54),
        foundWithinMs: 5 * MINUTE_MS,
        repairedAt: at(49),
        repairedAfterMs: 5 * MINUTE_MS,
        proofId: 'p54',
      },
    ]);
    expect(report.gaps).toEqual([{ from: at(29), to: at(5) }]);
  });

  it('says nothing of the time after its period', () => {
    const until = Date.parse(at(50));
    const early = SOME.filter(p => Date.parse(p.finishedAt) <= until);
    const report = tenantReportOf(tenant, timeline(tenant, early, until), [
      { ...operationsOf('acme')[0], finishedAt: at(49) },
      { ...operationsOf('acme')[1], finishedAt: at(55) },
    ]);
    expect(report.walls[0].status).toBe('breached');
    expect(report.breaches[0].repairedAt).toBeUndefined();
    expect(report.operations).toEqual([
      {
        id: 'acme-create',
        kind: 'apply',
        at: at(55),
        by: 'user:default/jane',
        state: 'succeeded',
        objects: { created: 31, changed: 0 },
      },
    ]);
  });

  it('begins with the tenant', () => {
    const young = { ...tenant, createdAt: at(30) };
    const { period: own } = tenantReportOf(young, timeline(young, []));
    expect(own.from).toBe(at(30));
  });
});

describe('useReportBlocks, as Markdown', () => {
  const proof = proofOf('acme', { receipts: breachedReceipts(at(5)) });
  proof.receipts[0].response = 'a ``` b\n# not a heading | not a cell';
  const operations = [
    { ...operationsOf('acme')[0], finishedAt: at(20), error: 'a | b' },
  ];
  const report = {
    generatedAt: at(0),
    period,
    tenants: [
      tenantReportOf(tenant, timeline(tenant, SOME), operations, proof),
    ],
    coverage: { pairs: 6, proved: 4, breachedAtMost: 0.5271 },
    notCovered: [],
    versions: { lab: { vault: '1.21.4' } },
  };
  let text: string;

  beforeAll(async () => {
    const blocksOf = await renderWords(useReportBlocks);
    text = markdownOf('Isolation report', blocksOf(report));
  });

  it('has exact times in UTC, breaches with their times, and what is not covered', () => {
    expect(text).toMatch(/^# Isolation report\n\nFrom 2026-11-24 11:00:00 UTC/);
    expect(text).toContain(
      '| Network | 2026-11-24 11:06:00 UTC | 5 min | 2026-11-24 11:11:00 UTC | 5 min | p54 |',
    );
    expect(text).toContain(
      '| 2026-11-24 11:31:00 UTC | 2026-11-24 11:55:00 UTC | 24 min |',
    );
    expect(text).toContain(
      '| 2026-11-24 11:40:00 UTC | Restore | user:default/jane | failed: a \\| b |  |',
    );
    // An upper bound is rounded up.
    expect(text).toContain(
      'Pairs of tenants proved: 4 of 6. At most 52.8% of all are breached (95% confidence)',
    );
    expect(text).toContain(
      '#### Reached the canary (net.canary-egress): breached\n\nExpected: blocked (timeout). Got: connected.',
    );
    expect(text).toContain('| lab | vault | 1.21.4 |');
    expect(text).toContain('- A compromise of the control plane');
  });

  it('lets no answer out of its fence', () => {
    expect(text).toContain(
      '````\nOK  a ``` b\n# not a heading | not a cell\n````',
    );
  });

  it('lets no word of others be markup', () => {
    const word = '# a | [b](javascript:c)\n<img>';
    const document = markdownOf(word, [
      { kind: 'heading', level: 2, text: word },
      { kind: 'text', text: word },
      { kind: 'list', items: [word] },
      { kind: 'table', head: [word], rows: [[word]] },
    ]);
    const shown = '\\# a \\| \\[b\\](javascript:c) \\<img>';
    expect(document.split(shown)).toHaveLength(7);
  });
});

describe('percentOf', () => {
  it.each([
    [1, '100.00%'],
    [0.999999, '99.99%'],
    [0.5, '50.00%'],
    [0.0000001, '0.01%'],
    [0, '0.00%'],
  ])('%d is %s', (share, text) => expect(percentOf(share)).toBe(text));
});
