import { proofOf, summaryOf } from '../../__fixtures__';
import { slotsOf } from './timeline';

const HOUR_MS = 60 * 60_000;

describe('slotsOf', () => {
  it('lets the worst verdict stand for a slot, and leads to its proof', () => {
    const proofs = [
      proofOf('acme', { minutes: 2 }),
      proofOf('acme', {
        minutes: 12,
        verdicts: [{ status: 'breached' }, { status: 'unproven' }],
      }),
      proofOf('acme', { minutes: 22, verdicts: [{ status: 'unproven' }] }),
      proofOf('acme', { minutes: 150 }),
      { ...proofOf('acme', { minutes: 1 }), state: 'running' as const },
    ].map(summaryOf);

    const slots = slotsOf(proofs, {
      now: Date.now(),
      windowMs: 3 * HOUR_MS,
      count: 3,
    });

    expect(slots.map(({ walls, proofId }) => ({ walls, proofId }))).toEqual([
      {
        walls: { network: 'holds', secret: 'holds', resource: 'holds' },
        proofId: 'acme-150',
      },
      { walls: {}, proofId: undefined },
      {
        walls: { network: 'breached', secret: 'unproven', resource: 'holds' },
        proofId: 'acme-12',
      },
    ]);
  });

  it('leaves out what is older than the window', () => {
    const old = summaryOf(proofOf('acme', { minutes: 500 }));
    const slots = slotsOf([old], {
      now: Date.now(),
      windowMs: HOUR_MS,
      count: 2,
    });
    expect(slots.every(({ proofId }) => proofId === undefined)).toBe(true);
  });
});
