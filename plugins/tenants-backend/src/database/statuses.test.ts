import {
  Outcome,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { testReceipt } from '../__testUtils__/testResult';
import { overallStatus, pairStatus } from './statuses';

describe('pairStatus', () => {
  const neighbour = (outcome: Outcome, check = 'net.neighbour-pod') =>
    testReceipt({ check, target: '10.0.0.7:5678', outcome });

  it.each<[string, Outcome[], WallStatus | undefined]>([
    ['nothing concerns the neighbour', [], undefined],
    ['nothing counts', ['notApplicable'], undefined],
    ['all were refused', ['asExpected', 'notApplicable'], 'holds'],
    ['one was let through', ['inconclusive', 'breached'], 'breached'],
    ['one is inconclusive', ['asExpected', 'inconclusive'], 'unproven'],
  ])('%s', (_, outcomes, expected) => {
    const receipts = [
      testReceipt({ outcome: 'breached' }),
      ...outcomes.map(outcome => neighbour(outcome)),
    ];
    expect(pairStatus(receipts, 'globex')).toBe(expected);
  });

  it('leaves out what a check of neighbours tried on the canary', () => {
    const role = (target: string, outcome: Outcome) =>
      testReceipt({ check: 'sec.neighbour-role', target, outcome });
    expect(
      pairStatus(
        [
          role('auth/kubernetes/login as tenant-canary', 'breached'),
          role('auth/kubernetes/login as tenant-globex', 'asExpected'),
        ],
        'globex',
      ),
    ).toBe('holds');
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
