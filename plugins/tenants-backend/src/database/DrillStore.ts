import { Drill } from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { now, readNow } from './dialect';
import { Milliseconds, toIso } from './rows';

const DRILLS = 'drills';

interface DrillRow {
  cluster: string;
  known_since: Milliseconds;
  caught_at: Milliseconds | null;
  failures: number;
  last_at: Milliseconds | null;
  last: string | null;
}

/** What is known of a cluster's drills. Times are milliseconds by the database's clock. */
export interface KnownDrills {
  cluster: string;
  knownSince: number;
  caughtAt?: number;
  /** Drills in a row, up to the last one, that caught nothing */
  failures: number;
  last?: Drill;
  lastAt?: number;
}

/** The record of drills, a row a cluster. */
export class DrillStore {
  constructor(private readonly knex: Knex) {}

  /** Notes clusters that config has, the first time that it has them. */
  async know(clusters: string[]): Promise<void> {
    for (const cluster of clusters) {
      await this.knex(DRILLS)
        .insert({ cluster, known_since: now(this.knex) })
        .onConflict('cluster')
        .ignore();
    }
  }

  /** All that is known, and what the database's clock says. */
  async list(): Promise<{ drills: KnownDrills[]; at: number }> {
    const at = await readNow(this.knex);
    const rows = await this.knex<DrillRow>(DRILLS).select();
    return { drills: rows.map(toKnown), at };
  }

  /** Notes how a drill ended; its times are the database's. */
  async record(
    cluster: string,
    drill: Omit<Drill, 'startedAt' | 'finishedAt'>,
    durationMs: number,
  ): Promise<void> {
    const at = await readNow(this.knex);
    const last: Drill = {
      ...drill,
      startedAt: toIso(at - durationMs),
      finishedAt: toIso(at),
    };
    await this.knex<DrillRow>(DRILLS)
      .where({ cluster })
      .update({
        last: JSON.stringify(last),
        last_at: at,
        failures:
          drill.outcome === 'caught'
            ? 0
            : (this.knex.raw('failures + 1') as any),
        ...(drill.outcome === 'caught' && { caught_at: at }),
      });
  }
}

function toKnown(row: DrillRow): KnownDrills {
  return {
    cluster: row.cluster,
    knownSince: Number(row.known_since),
    failures: row.failures,
    ...(row.caught_at !== null && { caughtAt: Number(row.caught_at) }),
    ...(row.last_at !== null && { lastAt: Number(row.last_at) }),
    ...(row.last !== null && { last: JSON.parse(row.last) }),
  };
}
