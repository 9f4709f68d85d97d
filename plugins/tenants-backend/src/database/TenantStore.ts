import {
  Removed,
  TenantChange,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  appliedDigest,
  AppliedResources,
} from '@threewalls/backstage-plugin-tenants-node';
import { ConflictError } from '@backstage/errors';
import { Knex } from 'knex';
import { now, readNow } from './dialect';
import { isUniqueViolation } from './OperationStore';
import {
  APPLIED,
  KnownTenant,
  OperationRow,
  OPERATIONS,
  PAIRS,
  TenantRow,
  TENANTS,
  toIso,
  toOperation,
  toTenant,
} from './rows';

/** Namespaces that a query names. */
const FEW = 100;

/**
 * The portal's records of its tenants. A tenant is its namespace, by UID: what is
 * not in here is none, whatever its labels say.
 */
export class TenantStore {
  /** As listed last, by UID: most that a list costs is to make something of its rows */
  #listed = new Map<string, { row: TenantRow; tenant: KnownTenant }>();

  constructor(private readonly knex: Knex) {}

  /**
   * Every tenant that there is, or of some namespaces those of any cluster, by name.
   * What is as it was is the same object, which nobody may change.
   */
  async list(namespaces?: ReadonlySet<string>): Promise<KnownTenant[]> {
    const query = this.knex<TenantRow>(TENANTS).whereNull('removed_at');
    // Of many all are read, and those are picked.
    if (namespaces && namespaces.size <= FEW) {
      query.whereIn('namespace', [...namespaces]);
    }
    const rows = await query.orderBy('name');
    const listed = rows
      .filter(row => !namespaces || namespaces.has(row.namespace))
      .map(row => {
        const before = this.#listed.get(row.uid);
        return before && isSame(before.row, row)
          ? before
          : { row, tenant: toTenant(row) };
      });
    if (!namespaces) {
      this.#listed = new Map(listed.map(one => [one.row.uid, one]));
    }
    return listed.map(({ tenant }) => tenant);
  }

  async find(name: string): Promise<KnownTenant | undefined> {
    const row = await this.knex<TenantRow>(TENANTS)
      .where({ name })
      .whereNull('removed_at')
      .first();
    return row && toTenant(row);
  }

  /** Who owns each tenant on record, or owned it: those that were removed too. */
  async owners(): Promise<Pick<KnownTenant, 'name' | 'owner'>[]> {
    return this.knex<TenantRow>(TENANTS).distinct('name', 'owner');
  }

  /** The last of an owner's that was removed there: its data may have been kept. */
  async findRemoved({
    name,
    owner,
    cluster,
  }: Pick<KnownTenant, 'name' | 'owner' | 'cluster'>): Promise<
    KnownTenant | undefined
  > {
    const row = await this.knex<TenantRow>(TENANTS)
      .where({ name, owner, cluster })
      .whereNotNull('removed_at')
      .orderBy('removed_at', 'desc')
      .first();
    return row && toTenant(row);
  }

  /**
   * Notes a tenant's namespace as soon as there is one, or that an archived one is
   * a tenant again, whose walls nothing has proved yet. What else is known of it
   * under this UID stays.
   *
   * @param formerUid - Of its namespace before, which is gone: its row ends here
   * @throws ConflictError where another tenant has that name
   */
  async remember(
    tenant: Pick<
      KnownTenant,
      'uid' | 'name' | 'cluster' | 'namespace' | 'owner' | 'spec'
    >,
    formerUid?: string,
  ): Promise<void> {
    const { spec, ...columns } = tenant;
    const row = { ...columns, spec: JSON.stringify(spec) };
    try {
      await this.knex.transaction(async trx => {
        if (formerUid && formerUid !== tenant.uid) {
          await this.#end(trx, formerUid);
        }
        await trx(TENANTS)
          .insert({ ...row, created_at: now(trx) })
          .onConflict('uid')
          .merge({
            ...row,
            // One that is back is in the making, as a new one is.
            created_at: trx.raw(
              'case when ?? is null then ?? else excluded.created_at end',
              [`${TENANTS}.removed_at`, `${TENANTS}.created_at`],
            ),
            removed_at: null,
          });
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new ConflictError(`There is another tenant ${tenant.name}`);
      }
      throw error;
    }
  }

  /**
   * Notes that a tenant is gone. Its history stays, under its UID.
   *
   * @param also - What is written with it, or not at all
   */
  async remove(
    uid: string,
    also: (trx: Knex) => Promise<unknown>,
  ): Promise<void> {
    await this.knex.transaction(async trx => {
      await also(trx);
      await this.#end(trx, uid);
    });
  }

  async #end(trx: Knex, uid: string): Promise<void> {
    await trx(TENANTS)
      .where({ uid })
      .update({
        removed_at: now(trx),
        status: 'unproven',
        proof_id: null,
        proved_at: null,
        breached: '',
        changed: null,
        turned: null,
        lost_since: null,
        lost_because: null,
        lost_told: false,
      });
    await trx(PAIRS).where({ uid }).orWhere({ neighbour_uid: uid }).delete();
  }

  /** Notes something that an operation has come to know. */
  async note(
    uid: string,
    known: { seeding?: boolean; accountUid?: string; spec?: TenantSpec },
  ): Promise<void> {
    const { seeding, accountUid, spec } = known;
    await this.knex(TENANTS)
      .where({ uid })
      .update({
        ...(seeding !== undefined && { seeding }),
        ...(accountUid && { account_uid: accountUid }),
        ...(spec && { spec: JSON.stringify(spec) }),
      });
  }

  /** What was last applied of a tenant; empty where that is not known. */
  async applied(uid: string): Promise<AppliedResources> {
    const row = await this.knex(APPLIED).where({ uid }).first('body');
    return row ? JSON.parse(row.body) : {};
  }

  /** Adds to what was applied, or takes off; whoever holds the tenant's lease does. */
  async addApplied(
    uid: string,
    applied: Partial<AppliedResources>,
  ): Promise<void> {
    await this.knex.transaction(async trx => {
      const row = await trx(APPLIED).where({ uid }).first('body');
      const before: AppliedResources = row ? JSON.parse(row.body) : {};
      const body = JSON.stringify({ ...before, ...applied });
      await trx(APPLIED).insert({ uid, body }).onConflict('uid').merge();
      await trx(TENANTS)
        .where({ uid })
        .update({ applied_digest: appliedDigest(JSON.parse(body)) });
    });
  }

  /**
   * Notes what others have changed.
   *
   * @returns whether that is another than was known
   */
  async noteChanges(uid: string, changed: TenantChange[]): Promise<boolean> {
    const text = changed.length > 0 ? JSON.stringify(changed) : null;
    const row = await this.knex<TenantRow>(TENANTS).where({ uid }).first();
    if (!row || row.changed === text) {
      return false;
    }
    await this.knex(TENANTS).where({ uid }).update({ changed: text });
    return true;
  }

  /** Notes since when a tenant can't be read, or that it can again. */
  async noteLost(uid: string, reason: string | undefined): Promise<void> {
    const query = this.knex<TenantRow>(TENANTS).where({ uid });
    await (reason === undefined
      ? query.update({
          lost_since: null,
          lost_because: null,
          lost_told: false,
        })
      : query.update({
          lost_since: this.knex.raw('coalesce(lost_since, ?)', [
            now(this.knex),
          ]) as any,
          lost_because: reason,
        }));
  }

  async noteTold(uid: string): Promise<void> {
    await this.knex(TENANTS).where({ uid }).update({ lost_told: true });
  }

  /** Tenants that were removed, the newest first, with the operation that did it. */
  async removed(
    page: { limit: number; offset: number },
    mayRead: (tenant: { name: string; owner: string }) => boolean,
  ): Promise<{ items: Removed[]; totalItems: number }> {
    const rows = (
      await this.knex<TenantRow>(TENANTS)
        .whereNotNull('removed_at')
        .orderBy('removed_at', 'desc')
    ).filter(mayRead);
    const shown = rows.slice(page.offset, page.offset + page.limit);
    const removals = await this.knex<OperationRow>(OPERATIONS)
      .whereIn(
        'uid',
        shown.map(row => row.uid),
      )
      .where({ kind: 'remove', state: 'succeeded' })
      .orderBy('finished_at');
    const byUid = new Map(removals.map(row => [row.uid, toOperation(row)]));
    return {
      totalItems: rows.length,
      items: shown.map(row => {
        const removal = byUid.get(row.uid);
        return {
          uid: row.uid,
          name: row.name,
          cluster: row.cluster,
          owner: row.owner,
          removedAt: toIso(row.removed_at!),
          ...(removal && {
            operationId: removal.id,
            certificate: removal.certificate,
          }),
        };
      }),
    };
  }

  /** @throws when the database can't be reached */
  async ping(): Promise<void> {
    await readNow(this.knex);
  }
}

function isSame(one: TenantRow, other: TenantRow): boolean {
  return (Object.keys(one) as (keyof TenantRow)[]).every(
    column => one[column] === other[column],
  );
}
