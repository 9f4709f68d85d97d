import {
  Platform,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { LRUCache } from 'lru-cache';
import { KnownTenant } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { Viewer } from '../permissions/TenantAuthorizer';

/** What stands for a tenant that the viewer may not read. */
const SOMEBODY = '***';
/** Milliseconds that who owns what may be old where many are told of theirs at once. */
const KEPT_MS = 2_000;

/** Hides names of others in every text of a value. */
export type Hide = <T>(value: T) => T;

/**
 * Which tenants a viewer may not hear of. Whoever attacked a tenant, whoever it
 * was tried against, and whoever else a receipt names is another's business,
 * wherever it is said: in proofs, walls, operations and notifications.
 */
export class HiddenNames {
  readonly #kept = new LRUCache<true, Pick<KnownTenant, 'name' | 'owner'>[]>({
    max: 1,
    ttl: KEPT_MS,
    fetchMethod: () => this.options.store.owners(),
  });

  constructor(
    private readonly options: {
      store: Pick<TenantStore, 'owners'>;
      platform: Pick<Platform, 'clusters' | 'naming' | 'owners'>;
    },
  ) {}

  /**
   * Hides all tenants on record, there or removed, that can't be read.
   *
   * @param ofMany - Whether that is asked for many viewers in a row
   */
  async from(canRead: Viewer, ofMany: boolean = false): Promise<Hide> {
    if (canRead.all) {
      return value => value;
    }
    const all = ofMany
      ? (await this.#kept.fetch(true))!
      : await this.options.store.owners();
    const hidden = new Set(all.map(({ name }) => name));
    // A name that has come back is no secret from who has owned it before.
    all.filter(canRead).forEach(({ name }) => hidden.delete(name));
    return hiding(hidden, this.options.platform);
  }
}

/** Hides tenants of these names, by every name that they go by. */
export function hiding(
  hidden: Set<string>,
  platform: Pick<Platform, 'clusters' | 'naming' | 'owners'>,
): Hide {
  if (hidden.size === 0) {
    return value => value;
  }
  const names = tenantNames('', 'group:default/none', platform);
  const prefixes = [
    names.namespace,
    names.kvPath,
    names.vaultRole,
    names.loginServiceAccount,
  ].map(escaped);
  // A name that only begins alike is another's.
  const pattern = new RegExp(
    `(?<![\\w-])(${prefixes.join('|')})([a-z0-9-]+)(?![\\w-])`,
    'g',
  );
  // Of one that others have made a ServiceAccount is called as anybody's may be.
  const declared = platform.clusters
    .flatMap(({ proofOnly }) => proofOnly)
    .filter(({ name }) => hidden.has(name))
    .flatMap(({ namespace, vault }) => [namespace, vault?.path, vault?.role])
    .flatMap(text => (text ? [escaped(text)] : []));
  const theirs =
    declared.length > 0 &&
    new RegExp(`(?<![\\w-])(${declared.join('|')})(?![\\w-])`, 'g');
  const inText = (text: string) => {
    const shown = text.replace(pattern, (whole, prefix: string, name: string) =>
      hidden.has(name) ? `${prefix}${SOMEBODY}` : whole,
    );
    return theirs ? shown.replace(theirs, SOMEBODY) : shown;
  };
  const inValue = (value: unknown, key?: string): unknown => {
    if (typeof value === 'string') {
      return key === 'neighbour' && hidden.has(value)
        ? SOMEBODY
        : inText(value);
    }
    if (Array.isArray(value)) {
      return value.map(item => inValue(item));
    }
    return value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value).map(([k, v]) => [k, inValue(v, k)]),
        )
      : value;
  };
  return <T>(value: T) => inValue(value) as T;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
