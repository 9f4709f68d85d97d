import { LatestProof } from '../database/ProofStore';
import { testResult } from '../__testUtils__/testResult';
import { testTenant } from '../__testUtils__/testTenant';
import { dueTenants } from './ProofScheduler';
import { wallStates } from './verdicts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;

function latestProof(
  ageMs: number,
  overrides: Partial<LatestProof> = {},
): LatestProof {
  const at = new Date(NOW - ageMs).toISOString();
  return {
    proof: {
      id: 'id',
      tenant: 'acme',
      state: 'done',
      trigger: 'schedule',
      startedAt: at,
      finishedAt: at,
      verdicts: testResult('breached').verdicts,
    },
    ...overrides,
  };
}

describe('wallStates', () => {
  const options = { now: NOW, intervalMs: 5 * MINUTE };

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
    ['fresh', 10 * MINUTE, undefined, false],
    ['older than two intervals', 10 * MINUTE + 1, undefined, true],
    ['within two rounds as achieved', 39 * MINUTE, 20 * MINUTE, false],
    ['older than two rounds as achieved', 41 * MINUTE, 20 * MINUTE, true],
    ['older than two intervals of a fast round', 11 * MINUTE, MINUTE, true],
  ])('%s', (_, age, meanGapMs, stale) => {
    const walls = wallStates(latestProof(age, { meanGapMs }), options);
    // A stale breach stays a breach.
    expect(walls[0]).toMatchObject({ stale, status: 'breached' });
  });

  it('is unproven for a wall that the proof does not know', () => {
    const latest = latestProof(0);
    latest.proof.verdicts = latest.proof.verdicts.slice(1);
    expect(wallStates(latest, options)[0].status).toBe('unproven');
  });
});

describe('dueTenants', () => {
  it('is all that were never proved, and as many old ones as keep an even pace, oldest first', () => {
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const tenants = ['first', ...names].map(name => testTenant(name));
    tenants.push(testTenant('new', { createdAt: new Date(NOW).toISOString() }));
    const latest = new Map(
      names.map((name, i) => [name, latestProof((i - 5) * MINUTE)]),
    );
    const due = dueTenants(tenants, latest, {
      now: NOW,
      intervalMs: 5 * MINUTE,
    });
    // 42 tenants in 5 minutes are 3 every 15 seconds.
    expect(due.map(t => t.name)).toEqual(['first', 't39', 't38', 't37']);
    const soon = dueTenants([testTenant('t9')], latest, {
      now: NOW,
      intervalMs: 5 * MINUTE,
    });
    expect(soon).toEqual([]);
  });
});
