import { ProofSummary } from '@threewalls/backstage-plugin-tenants-common';
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
  const options = { now: NOW, maxAgeMs: 15 * MINUTE };

  it('is unproven without a proof', () => {
    expect(wallStates(undefined, options)).toEqual(
      ['network', 'secret', 'resource'].map(wall => ({
        wall,
        status: 'unproven',
        stale: false,
        summary: 'No proof yet',
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
    for (const wall of wallStates(proof(age, status), { ...options, lost })) {
      expect([wall.status, wall.stale, wall.lastStatus]).toEqual(expected);
      expect(wall.summary).toBe(lost ?? `${wall.wall} ${status}`);
    }
  });

  it.each([
    ['holds', ['unproven', 'holds', 'no drill']],
    // Who doubts the prover has no doubt of what it has found.
    ['breached', ['breached', undefined, 'network breached']],
    ['unproven', ['unproven', undefined, 'network unproven']],
  ] as const)('%s, by a prover in doubt', (status, expected) => {
    const [wall] = wallStates(proof(0, status), {
      ...options,
      doubt: 'no drill',
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
