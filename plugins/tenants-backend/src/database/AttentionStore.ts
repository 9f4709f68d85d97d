import {
  Acknowledgement,
  Mute,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { readNow } from './dialect';
import { ATTENTION, Milliseconds } from './rows';

interface AttentionRow {
  uid: string;
  acknowledged: string | null;
  muted: string | null;
  muted_until: Milliseconds | null;
}

/** What people have said of a tenant's walls. */
export interface Attention {
  acknowledged?: Acknowledgement;
  muted?: Mute;
}

/** Acknowledgements and mutes: neither changes what is proved. */
export class AttentionStore {
  constructor(private readonly knex: Knex) {}

  /** By UID; a mute that has ended is none. */
  async list(uids?: string[]): Promise<Map<string, Attention>> {
    const at = await readNow(this.knex);
    const all = this.knex<AttentionRow>(ATTENTION);
    // With many, all of them: few tenants have any.
    const rows: AttentionRow[] = await (uids?.length === 1
      ? all.where({ uid: uids[0] })
      : all);
    return new Map(
      rows.map(({ uid, acknowledged, muted, muted_until }) => [
        uid,
        {
          ...(acknowledged && { acknowledged: JSON.parse(acknowledged) }),
          ...(muted &&
            Number(muted_until) > at && { muted: JSON.parse(muted) }),
        },
      ]),
    );
  }

  async acknowledge(
    uid: string,
    { by, reason, walls }: Omit<Acknowledgement, 'at'>,
  ): Promise<void> {
    const at = new Date(await readNow(this.knex)).toISOString();
    const acknowledged = JSON.stringify({ by, at, reason, walls });
    await this.#merge({ uid, acknowledged });
  }

  async mute(
    uid: string,
    { by, reason, until }: Omit<Mute, 'at'>,
  ): Promise<void> {
    const at = new Date(await readNow(this.knex)).toISOString();
    await this.#merge({
      uid,
      muted: JSON.stringify({ by, at, until, reason }),
      muted_until: Date.parse(until),
    });
  }

  /** Ends a mute now: what it has kept quiet is notified as at its end. */
  async unmute(uid: string): Promise<void> {
    await this.knex<AttentionRow>(ATTENTION)
      .where({ uid })
      .whereNotNull('muted_until')
      .update({ muted: null, muted_until: 0 });
  }

  async isMuted(uid: string): Promise<boolean> {
    return (await this.list([uid])).get(uid)?.muted !== undefined;
  }

  /** Takes out of an acknowledgement the walls that hold again. */
  async proved(
    uid: string,
    verdicts: Pick<WallVerdict, 'wall' | 'status'>[],
  ): Promise<void> {
    const { acknowledged } = (await this.list([uid])).get(uid) ?? {};
    if (!acknowledged) {
      return;
    }
    const walls = acknowledged.walls.filter(
      wall => verdicts.find(v => v.wall === wall)?.status !== 'holds',
    );
    await this.knex<AttentionRow>(ATTENTION)
      .where({ uid })
      .update({
        acknowledged:
          walls.length > 0 ? JSON.stringify({ ...acknowledged, walls }) : null,
      });
  }

  /** UIDs of tenants whose mute has ended, each handed out once. */
  async takeEnded(): Promise<string[]> {
    const at = await readNow(this.knex);
    const ended = await this.knex<AttentionRow>(ATTENTION)
      .where('muted_until', '<=', at)
      .update({ muted: null, muted_until: null })
      .returning('uid');
    return ended.map(({ uid }) => uid);
  }

  async #merge(row: Partial<AttentionRow> & { uid: string }): Promise<void> {
    await this.knex<AttentionRow>(ATTENTION)
      .insert(row)
      .onConflict('uid')
      .merge();
  }
}
