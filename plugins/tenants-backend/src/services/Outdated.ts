import {
  appliedDigest,
  Platform,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { Tenant } from '../inventory/Inventory';

/**
 * Whether the plan of today is another than was last applied. Config does not
 * change under a portal: each spec is planned once.
 */
export class Outdated {
  readonly #planned = new Map<string, { spec: string; digest: string }>();

  constructor(private readonly platform: Platform) {}

  /** Not where nothing is known of what was applied: nothing to compare with. */
  isOutdated({ uid, spec, appliedDigest: applied }: Tenant): boolean {
    return applied !== undefined && this.#digestOf(uid, spec) !== applied;
  }

  #digestOf(uid: string, spec: Tenant['spec']): string {
    const text = JSON.stringify(spec);
    const known = this.#planned.get(uid);
    if (known?.spec === text) {
      return known.digest;
    }
    let digest: string;
    try {
      digest = appliedDigest(planTenant(spec, this.platform));
    } catch {
      // One that can't be planned any more, such as of a size that is gone.
      digest = '';
    }
    this.#planned.set(uid, { spec: text, digest });
    return digest;
  }
}
