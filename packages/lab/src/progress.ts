import { writeAtomic } from './files.ts';
import { messageOf } from './errors.ts';

export type PartState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

export interface LabPart {
  id: string;
  title: string;
  state: PartState;
  detail?: string;
  /** ISO time. */
  startedAt?: string;
  seconds?: number;
}

/** What progress.json holds. */
export interface LabProgress {
  parts: LabPart[];
  /** The whole lab is up. */
  ready: boolean;
  error?: string;
}

export type OnProgress = (progress: LabProgress, part?: LabPart) => void;

// A compiler names hundreds of packages a second; a reader needs two lines.
const DETAIL_EVERY_MS = 500;

/** Keeps the parts' states, in a file and for whoever listens. */
export class Progress {
  #file: string;
  #listener: OnProgress | undefined;
  #parts: LabPart[] = [];
  #ready = false;
  #error: string | undefined;
  #lastDetail = 0;

  constructor(file: string, listener?: OnProgress) {
    this.#file = file;
    this.#listener = listener;
  }

  add(id: string, title: string) {
    this.#parts.push({ id, title, state: 'waiting' });
  }

  get current(): LabProgress {
    return {
      parts: this.#parts.map(part => ({ ...part })),
      ready: this.#ready,
      ...(this.#error && { error: this.#error }),
    };
  }

  skip(id: string, detail: string) {
    this.#change(id, { state: 'skipped', detail });
  }

  detail(id: string, detail: string) {
    const now = Date.now();
    const part = this.#find(id);
    part.detail = detail;
    if (now - this.#lastDetail < DETAIL_EVERY_MS) return;
    this.#lastDetail = now;
    this.#publish(part);
  }

  /** Runs a part's work; the work may say where it is through `detail`. */
  async part<T>(
    id: string,
    work: (detail: (text: string) => void) => Promise<T>,
  ): Promise<T> {
    const started = Date.now();
    this.#change(id, {
      state: 'running',
      startedAt: new Date(started).toISOString(),
    });
    const seconds = () => Math.round((Date.now() - started) / 100) / 10;
    try {
      const result = await work(text => this.detail(id, text));
      this.#change(id, { state: 'done', seconds: seconds() });
      return result;
    } catch (error) {
      this.#change(id, {
        state: 'failed',
        detail: messageOf(error),
        seconds: seconds(),
      });
      throw error;
    }
  }

  ready() {
    this.#ready = true;
    this.#publish();
  }

  fail(error: unknown) {
    this.#error = messageOf(error);
    this.#publish();
  }

  #find(id: string): LabPart {
    const part = this.#parts.find(candidate => candidate.id === id);
    if (!part) throw new Error(`no part '${id}'`);
    return part;
  }

  #change(id: string, patch: Partial<LabPart>) {
    const part = Object.assign(this.#find(id), patch);
    this.#publish(part);
  }

  #publish(part?: LabPart) {
    const { current } = this;
    writeAtomic(this.#file, `${JSON.stringify(current, undefined, 2)}\n`);
    this.#listener?.(current, part && { ...part });
  }
}
