import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { Viewer } from '../permissions/TenantAuthorizer';
import { LruMap } from './LruMap';
import { TenantInventory } from './TenantSource';

/** Sets of tenants that are remembered. */
const MAX_SETS = 200;

/** Which tenants a viewer may have, found out once for an inventory. */
export class VisibleTenants {
  readonly #sets = new LruMap<
    string,
    { inventory: TenantInventory; tenants: TenantRecord[] }
  >(MAX_SETS);

  /** By name; those of one cluster where it is named. */
  of(
    inventory: TenantInventory,
    viewer: Viewer,
    cluster?: string,
  ): TenantRecord[] {
    const key = JSON.stringify([viewer.key, cluster]);
    const known = this.#sets.get(key);
    if (known?.inventory === inventory) {
      return known.tenants;
    }
    const tenants = inventory.tenants.filter(
      tenant =>
        (cluster === undefined || tenant.cluster === cluster) &&
        viewer.mayHave(tenant),
    );
    this.#sets.set(key, { inventory, tenants });
    return tenants;
  }
}
