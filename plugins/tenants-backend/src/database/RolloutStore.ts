import { randomUUID } from 'node:crypto';
import {
  Rollout,
  RolloutRequest,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { now } from './dialect';
import { UUID } from './OperationStore';
import { Milliseconds, ROLLOUTS, toIso } from './rows';

interface RolloutRow {
  id: string;
  state: Rollout['state'];
  requested_by: string | null;
  request: string;
  waves: string;
  wave: number;
  reason: string | null;
  created_at: Milliseconds;
  finished_at: Milliseconds | null;
}

/** A roll-out but for how far its tenants are, which their operations say. */
export type StoredRollout = Omit<Rollout, 'done'>;

/** Roll-outs in the database; whichever replica looks next takes them a step on. */
export class RolloutStore {
  constructor(private readonly knex: Knex) {}

  async add(rollout: {
    request: RolloutRequest;
    waves: string[][];
    requestedBy?: string;
  }): Promise<StoredRollout> {
    const id = randomUUID();
    await this.knex(ROLLOUTS).insert({
      id,
      state: 'running',
      requested_by: rollout.requestedBy ?? null,
      request: JSON.stringify(rollout.request),
      waves: JSON.stringify(rollout.waves),
      created_at: now(this.knex),
    });
    return (await this.get(id))!;
  }

  async get(id: string): Promise<StoredRollout | undefined> {
    const row = UUID.test(id)
      ? await this.knex<RolloutRow>(ROLLOUTS).where({ id }).first()
      : undefined;
    return row && toRollout(row);
  }

  async list(): Promise<StoredRollout[]> {
    const rows = await this.knex<RolloutRow>(ROLLOUTS)
      .orderBy('created_at', 'desc')
      .limit(100);
    return rows.map(toRollout);
  }

  /** Pauses, resumes or gives up one that has not ended. */
  async setState(
    id: string,
    state: 'running' | 'paused' | 'cancelled',
  ): Promise<boolean> {
    const updated = await this.knex<RolloutRow>(ROLLOUTS)
      .where({ id })
      .whereIn('state', ['running', 'paused', 'stopped'])
      .update({
        state,
        reason: null,
        ...(state === 'cancelled' && { finished_at: now(this.knex) as any }),
      });
    return updated > 0;
  }

  /**
   * Takes each running roll-out on as far as it can go now; a step that is done
   * twice does no harm.
   */
  async advance(
    step: (
      rollout: StoredRollout,
    ) => Promise<Partial<Pick<Rollout, 'state' | 'wave' | 'reason'>>>,
  ): Promise<void> {
    const running = await this.knex<RolloutRow>(ROLLOUTS).where({
      state: 'running',
    });
    for (const { id } of running) {
      let row: RolloutRow | undefined = running.find(one => one.id === id);
      while (row) {
        const next = await step(toRollout(row));
        const isOver = next.state === 'done';
        if (Object.keys(next).length > 0) {
          await this.knex<RolloutRow>(ROLLOUTS)
            .where({ id, state: 'running', wave: row.wave })
            .update({
              ...next,
              ...(isOver && { finished_at: now(this.knex) as any }),
            });
        }
        // The wave that has just begun is placed now, not when somebody looks again.
        row =
          next.wave === undefined
            ? undefined
            : await this.knex<RolloutRow>(ROLLOUTS)
                .where({ id, state: 'running' })
                .first();
      }
    }
  }
}

function toRollout(row: RolloutRow): StoredRollout {
  const waves: string[][] = JSON.parse(row.waves);
  return {
    id: row.id,
    state: row.state,
    request: JSON.parse(row.request),
    ...(row.requested_by && { requestedBy: row.requested_by }),
    ...(row.reason && { reason: row.reason }),
    waves,
    wave: row.wave,
    total: waves.flat().length,
    createdAt: toIso(row.created_at),
    ...(row.finished_at && { finishedAt: toIso(row.finished_at) }),
  };
}
