import {
  Outcome,
  overallStatus,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { testReceipt } from '../__testUtils__/testResult';
import { pairStatus } from './statuses';

describe('pairStatus', () => {
  const about = (neighbour: string, outcome: Outcome) =>
    testReceipt({ about: { tenant: 'acme', neighbour }, outcome });

  it.each<[string, Outcome[], WallStatus | undefined]>([
    ['nothing concerns the neighbour', [], undefined],
    ['nothing counts', ['notApplicable'], undefined],
    ['all were refused', ['asExpected', 'notApplicable'], 'holds'],
    ['one was let through', ['inconclusive', 'breached'], 'breached'],
    ['one is inconclusive', ['asExpected', 'inconclusive'], 'unproven'],
  ])('%s', (_, outcomes, expected) => {
    const receipts = [
      testReceipt({ outcome: 'breached' }),
      ...outcomes.map(outcome => about('globex', outcome)),
    ];
    expect(pairStatus(receipts, 'globex')).toBe(expected);
  });

  it('goes by whom a receipt is about, not by what it says', () => {
    const receipts = [
      about('canary', 'breached'),
      about('globex-2', 'breached'),
      about('globex', 'asExpected'),
    ].map(receipt => ({ ...receipt, target: 'n8n.web-tenant-globex.svc' }));
    expect(pairStatus(receipts, 'globex')).toBe('holds');
  });
});

it.each<[WallStatus, WallStatus[]]>([
  ['holds', ['holds', 'holds', 'holds']],
  ['unproven', ['holds', 'unproven', 'holds']],
  ['breached', ['unproven', 'holds', 'breached']],
  ['unproven', []],
])('overallStatus is %s for %p', (expected, statuses) => {
  expect(overallStatus(statuses.map(status => ({ status })))).toBe(expected);
});
