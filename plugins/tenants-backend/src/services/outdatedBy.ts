import {
  appliedDigest,
  Platform,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { Tenant } from '../inventory/Inventory';

/**
 * Tells whether a tenant's plan of today is another than was last applied; not where
 * nothing is known of what was. Config does not change under a portal: each spec is
 * planned once.
 */
export function outdatedBy(platform: Platform): (tenant: Tenant) => boolean {
  const planned = new Map<string, { text: string; digest: string }>();
  return ({ uid, spec, appliedDigest: applied }) => {
    const text = JSON.stringify(spec);
    if (applied !== undefined && planned.get(uid)?.text !== text) {
      planned.set(uid, { text, digest: digestOf(spec, platform) });
    }
    return applied !== undefined && planned.get(uid)?.digest !== applied;
  };
}

function digestOf(spec: Tenant['spec'], platform: Platform): string {
  try {
    return appliedDigest(planTenant(spec, platform));
  } catch {
    // One that can't be planned any more, such as of a size that is gone.
    return '';
  }
}
