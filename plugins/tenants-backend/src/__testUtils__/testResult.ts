import {
  Outcome,
  Receipt,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { ProofResult } from '../database/ProofStore';

export function testReceipt(overrides: Partial<Receipt> = {}): Receipt {
  return {
    id: 'net.canary-egress tenant connect canary',
    about: { tenant: 'acme', neighbour: 'canary' },
    check: 'net.canary-egress',
    wall: 'network',
    kind: 'barrier',
    source: { type: 'pod', name: 'web-tenant-acme/proof', uid: 'uid-1' },
    target: 'canary.web-tenant-canary.svc:8080',
    request: 'connect canary.web-tenant-canary.svc:8080',
    expected: 'TIMEOUT',
    code: 'TIMEOUT',
    response: 'no answer within 3000 ms',
    startedAt: '2026-11-24T08:00:01.000Z',
    durationMs: 3000,
    outcome: 'asExpected',
    ...overrides,
  };
}

/** A result with one status for all walls, and a receipt for the neighbour. */
export function testResult(
  status: WallStatus = 'holds',
  neighbour?: string,
): ProofResult {
  const outcome = (
    { holds: 'asExpected', breached: 'breached', unproven: 'failed' } as Record<
      WallStatus,
      Outcome
    >
  )[status];
  return {
    neighbour: neighbour ?? 'canary',
    verdicts: WALLS.map(wall => ({
      wall,
      status,
      summary: `${wall} ${status}`,
      barriers: { counted: 1, refused: status === 'holds' ? 1 : 0 },
      controls: { tried: 1, succeeded: 1 },
    })),
    receipts: [
      testReceipt({ outcome }),
      ...(neighbour
        ? [
            testReceipt({
              check: 'net.neighbour-service',
              about: { tenant: 'acme', neighbour },
              target: `${neighbour}.web-tenant-${neighbour}.svc:5678`,
              outcome,
            }),
          ]
        : []),
    ],
  };
}
