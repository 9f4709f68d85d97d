import { TenantUsageSummary } from '@threewalls/backstage-plugin-tenants-common';

/** From here on a quota is marked: there is hardly room for another pod. */
const NEARLY_FULL = 0.9;

/** Whether hardly anything is left of a quota. */
export function isNearlyFull(ratio: number): boolean {
  return ratio >= NEARLY_FULL;
}

/** A ratio from 0 to 1 as a percentage. */
export function percentOf(ratio: number): string {
  return `${Math.round(ratio * 100)}%`;
}

/** The part of its quota that a tenant has used most of. */
export function mostUsed(
  usage: TenantUsageSummary,
): [part: keyof TenantUsageSummary, ratio: number] {
  const parts = (['memory', 'cpu', 'pods'] as const).map(
    part => [part, usage[part]] as [typeof part, number],
  );
  return parts.reduce((most, next) => (next[1] > most[1] ? next : most));
}
