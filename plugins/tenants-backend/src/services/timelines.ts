import {
  breachesOf,
  FRESH_MS,
  ListTimelinesRequest,
  mergedTimeline,
  TenantTimeline,
  timelineOf,
} from '@threewalls/backstage-plugin-tenants-common';
import { ProofStore } from '../database/ProofStore';
import { Tenant } from '../inventory/Inventory';

/** How the walls of tenants stood over a stretch of time, by their proofs. */
export async function timelinesOf(
  tenants: Tenant[],
  request: Pick<ListTimelinesRequest, 'from' | 'to'>,
  proofs: Pick<ProofStore, 'ended'>,
): Promise<TenantTimeline[]> {
  const present = Date.now();
  const to = Math.min(present, request.to ? Date.parse(request.to) : present);
  const from = Math.min(to, Date.parse(request.from));
  const ended = await proofs.ended(
    tenants.map(({ uid }) => uid),
    from - FRESH_MS,
    to,
  );
  return tenants.map(({ uid, name, createdAt }) => {
    const own = ended.get(uid) ?? [];
    const timeline = timelineOf(own, {
      now: to,
      windowMs: to - from,
      createdAt,
    });
    return {
      tenant: name,
      ...mergedTimeline(timeline),
      proofs: own.filter(
        ({ finishedAt }) => Date.parse(finishedAt!) >= timeline.from,
      ).length,
      breaches: breachesOf(timeline),
    };
  });
}
