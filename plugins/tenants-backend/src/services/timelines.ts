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
  request: Pick<ListTimelinesRequest, 'from' | 'to' | 'breakMs'>,
  proofs: Pick<ProofStore, 'ended' | 'keptSince' | 'now'>,
  /** Proofs of a tenant that are kept */
  count: number,
): Promise<TenantTimeline[]> {
  const present = await proofs.now();
  const to = Math.min(present, request.to ? Date.parse(request.to) : present);
  const from = Math.min(to, Date.parse(request.from));
  const uids = tenants.map(({ uid }) => uid);
  const [ended, keptSince] = await Promise.all([
    proofs.ended(uids, from - FRESH_MS, to),
    proofs.keptSince(uids, count),
  ]);
  return tenants.map(({ uid, name, createdAt }) => {
    const own = ended.get(uid) ?? [];
    const lineFrom = (start: number) =>
      timelineOf(own, { now: to, windowMs: to - start, createdAt });
    const all = lineFrom(from);
    // What was proved before and is not on record was no gap.
    const since = keptSince.get(uid) ?? from;
    const timeline = since > from ? lineFrom(Math.min(since, to)) : all;
    return {
      tenant: name,
      ...mergedTimeline(timeline, request.breakMs),
      proofs: own.filter(
        ({ finishedAt }) => Date.parse(finishedAt!) >= timeline.from,
      ).length,
      // Those are always on record.
      breaches: breachesOf(all),
    };
  });
}
