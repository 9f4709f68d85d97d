import {
  ProofSummary,
  Said,
  say,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { testResult } from '../__testUtils__/testResult';
import { testTenant } from '../__testUtils__/testTenant';
import { dueTenants } from '../services/Scheduler';
import { wallStates } from './verdicts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;

function proof(
  ageMs: number,
  status: Parameters<typeof testResult>[0] = 'holds',
): ProofSummary {
  const at = new Date(NOW - ageMs).toISOString();
  return {
    id: 'id',
    tenant: 'acme',
    state: 'done',
    trigger: 'schedule',
    startedAt: at,
    finishedAt: at,
    verdicts: testResult(status).verdicts,
  };
}

describe('wallStates', () => {
  const state = testResult('holds').verdicts;
  const options = { now: NOW, maxAgeMs: 15 * MINUTE, state };

  it('is unproven without a proof', () => {
    expect(wallStates(undefined, options)).toEqual(
      WALLS.map(wall => ({
        wall,
        status: 'unproven',
        stale: false,
        summary: 'No proof yet',
        wording: { code: 'noProof', values: {} },
      })),
    );
  });

  it.each([
    ['holds', 15 * MINUTE, undefined, ['holds', false, undefined]],
    // Old is not green, whatever kept it from being proved.
    ['holds', 15 * MINUTE + 1, undefined, ['unproven', true, 'holds']],
    ['holds', 0, 'gone', ['unproven', false, 'holds']],
    // A breach stays one until a proof shows otherwise.
    ['breached', 15 * MINUTE + 1, undefined, ['breached', true, undefined]],
    ['breached', 0, 'gone', ['breached', false, undefined]],
    ['unproven', 15 * MINUTE + 1, undefined, ['unproven', true, undefined]],
  ] as const)('%s, %s ms old, lost: %s', (status, age, lost, expected) => {
    for (const wall of wallStates(proof(age, status), {
      ...options,
      lost: lost && { summary: lost },
    })) {
      expect([wall.status, wall.stale, wall.lastStatus]).toEqual(expected);
      expect(wall.summary).toBe(lost ?? `${wall.wall} ${status}`);
    }
  });

  const lost = say('namespaceGone', { namespace: 'web-tenant-acme' });
  const doubt = say('proverOverdue');
  const blocked = say('allBlocked', { counted: 9 });
  const changed = say('foundMore', { first: 'a policy', more: 2 });
  const error: Said = { summary: 'timeout' };

  it.each<[string, Said, Partial<Parameters<typeof wallStates>[1]>]>([
    ['is known', blocked, {}],
    ['lets it be lost', lost, { lost }],
    ['makes it doubted', doubt, { doubt }],
    ['is not known', say('notCompared'), { state: undefined }],
    [
      "can't be read",
      error,
      { state: WALLS.map(wall => ({ wall, status: 'unproven', ...error })) },
    ],
    [
      'is a breach',
      changed,
      { state: WALLS.map(wall => ({ wall, status: 'breached', ...changed })) },
    ],
    [
      'was a breach',
      changed,
      { turned: WALLS.map(wall => ({ wall, at: NOW, ...changed })) },
    ],
    // As an earlier version has written it.
    [
      'was one before',
      error,
      { turned: WALLS.map(wall => ({ wall, at: NOW, ...error })) },
    ],
  ])('has the code of what it says, where its state %s', (_, said, over) => {
    const last = proof(0);
    last.verdicts = last.verdicts.map(v => ({ ...v, ...blocked }));
    for (const wall of wallStates(last, { ...options, ...over })) {
      expect([wall.summary, wall.wording]).toEqual([
        said.summary,
        said.wording,
      ]);
    }
  });

  const breached = testResult('breached').verdicts;
  const unproven = testResult('unproven').verdicts;
  const turned = [
    { wall: 'network' as const, summary: 'gone', at: NOW, proofId: 'p' },
  ];

  it.each([
    // What was proved holds only while objects are known to be as planned.
    ['holds', { state: undefined }, ['unproven', 'holds']],
    ['holds', { state: unproven }, ['unproven', 'holds']],
    ['holds', { state: breached }, ['breached', undefined]],
    ['unproven', { state: breached }, ['breached', undefined]],
    // Objects alone show no wall to hold.
    ['unproven', { state }, ['unproven', undefined]],
    ['breached', { state }, ['breached', undefined]],
    ['holds', { state, turned }, ['breached', undefined]],
    [
      'holds',
      { state, turned, lost: { summary: 'away' } },
      ['breached', undefined],
    ],
  ] as const)('%s, and since then %j', (status, since, expected) => {
    const [wall] = wallStates(proof(0, status), {
      ...options,
      ...(since as Partial<Parameters<typeof wallStates>[1]>),
    });
    expect([wall.status, wall.lastStatus]).toEqual(expected);
  });

  it.each([
    ['holds', ['unproven', 'holds', 'no drill']],
    // Who doubts the prover has no doubt of what it has found.
    ['breached', ['breached', undefined, 'network breached']],
    ['unproven', ['unproven', undefined, 'network unproven']],
  ] as const)('%s, by a prover in doubt', (status, expected) => {
    const [wall] = wallStates(proof(0, status), {
      ...options,
      doubt: { summary: 'no drill' },
    });
    expect([wall.status, wall.lastStatus, wall.summary]).toEqual(expected);
  });

  it('is unproven for a wall that the proof does not know', () => {
    const last = proof(0);
    last.verdicts = last.verdicts.slice(1);
    expect(wallStates(last, options)[0].status).toBe('unproven');
  });
});

describe('dueTenants', () => {
  it('is all that were never proved, and as many old ones as keep an even pace, oldest first', () => {
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const tenants = ['first', ...names].map(name => testTenant(name));
    tenants.push(testTenant('new', { createdAt: new Date(NOW).toISOString() }));
    const startedAt = new Map(
      names.map((name, i) => [`uid-${name}`, NOW - (i - 5) * MINUTE]),
    );
    const options = { now: NOW, intervalMs: 5 * MINUTE };
    const due = dueTenants(tenants, startedAt, options);
    // 42 tenants in 5 minutes are 3 every 15 seconds.
    expect(due.map(t => t.name)).toEqual(['first', 't39', 't38', 't37']);
    expect(dueTenants([testTenant('t9')], startedAt, options)).toEqual([]);
  });
});
