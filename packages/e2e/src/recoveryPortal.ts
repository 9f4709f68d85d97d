import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JsonObject } from '@backstage/types';
import { Portal } from '../../../scripts/lib/portal.ts';
import { root, stateDir } from '../../../scripts/lib/run.ts';
import { GatedLab } from './recoveryConfig';
import { labState } from './support/lab';

const CONFIG = 'app-config.json';
/** Seconds without a sign of life after which a task may be taken up again. */
const STALE_S = 2;

/** A line of a task's log, or what else became of it. */
export interface TaskEvent {
  type: 'log' | 'recovered' | 'completion' | 'cancelled';
  body: { message?: string };
}

interface Options {
  /** Name of its databases and of its log under `.state` */
  name: string;
  port: number;
  /** The template to wait for; default `create-tenant` */
  template?: string;
  /** Beside the config of the repository */
  config?: JsonObject;
}

/**
 * The real portal on a port and databases of its own, by a way to the cluster and
 * to Vault that knows where it is. Its records are empty at first: it acts on no
 * tenant but those that it makes itself.
 */
export class RecoveryPortal {
  static async start(options: Options): Promise<RecoveryPortal> {
    rmSync(join(stateDir, options.name), { recursive: true, force: true });
    const folder = mkdtempSync(join(tmpdir(), 'threewalls-recovery-'));
    const lab = await GatedLab.open();
    const config = {
      ...options.config,
      scaffolder: {
        taskRecovery: { enabled: true, staleTimeout: { seconds: STALE_S } },
      },
      tenants: { clusters: lab.clusters },
    };
    // JSON is YAML too.
    writeFileSync(join(folder, CONFIG), JSON.stringify(config));
    const portal = new RecoveryPortal(options, folder, lab);
    try {
      await portal.boot();
    } catch (error) {
      await portal.stop();
      throw error;
    }
    return portal;
  }

  #portal: Portal | undefined;
  #log = '';

  private constructor(
    private readonly options: Options,
    private readonly folder: string,
    readonly lab: GatedLab,
  ) {}

  get #template(): string {
    return `default/${this.options.template ?? 'create-tenant'}`;
  }

  /** The portal that runs now. */
  get api(): Portal {
    return this.#portal!;
  }

  /** Everything that the portal has logged, and every row of its databases. */
  written(): Record<string, string> {
    const folder = join(stateDir, this.options.name);
    const found: Record<string, string> = {
      log: this.#log + readFileSync(this.api.log, 'utf8'),
    };
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.sqlite')) {
        found[file] = rowsOf(join(folder, file));
      }
    }
    return found;
  }

  /** Starts it on the data that is there, and waits until it takes orders. */
  async boot(): Promise<void> {
    this.#portal = await Portal.start({
      port: this.options.port,
      configs: [
        'app-config.lab.yaml',
        relative(root, join(this.folder, CONFIG)),
      ],
      database: this.options.name,
      env: { THREEWALLS_LAB_STATE: labState },
    });
    const path = `/api/catalog/entities/by-name/template/${this.#template}`;
    await this.api.until(path, 60);
  }

  /** Kills it as a machine that loses its power would. */
  async kill(): Promise<void> {
    const ended = this.api.ended();
    this.api.child.kill('SIGKILL');
    await ended;
    this.#log += readFileSync(this.api.log, 'utf8');
  }

  /** Starts a task of a template; resolves to its id. */
  async order(
    values: JsonObject,
    secrets: Record<string, string> = {},
  ): Promise<string> {
    const { id } = await this.api.call('POST', '/api/scaffolder/v2/tasks', {
      templateRef: `template:${this.#template}`,
      values,
      secrets,
    });
    return id;
  }

  /**
   * Waits until a task has completed; hands back the events of its last run.
   *
   * @throws Error with the lines of its log where it has ended in another way
   */
  async completed(task: string, seconds: number): Promise<TaskEvent[]> {
    const path = `/api/scaffolder/v2/tasks/${task}`;
    let status = '';
    await this.api.untilAnswer<{ status: string }>(path, seconds, answer => {
      status = answer.status;
      return !['open', 'processing'].includes(status);
    });
    const events = await this.api.call<TaskEvent[]>('GET', `${path}/events`);
    if (status !== 'completed') {
      const lines = events.map(({ body }) => body.message);
      throw new Error(`The task has ${status}:\n${lines.join('\n')}`);
    }
    return events;
  }

  async stop(): Promise<void> {
    await this.#portal?.stop();
    await this.lab.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** All rows of all tables, as JSON. */
function rowsOf(file: string): string {
  // The portal goes on writing to it.
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table'")
      .all();
    return JSON.stringify(
      tables.map(({ name }) =>
        database.prepare(`select * from "${name}"`).all(),
      ),
    );
  } finally {
    database.close();
  }
}
