/** Seconds between two progress lines without a terminal to redraw. */
const HEARTBEAT_S = 30;

interface Running {
  startedAt: number;
  detail?: string;
}

/**
 * Reports progress: a line for each part as it ends and, on a terminal, a last
 * line with what is running and for how long.
 */
export class Board {
  readonly #out = process.stdout;
  readonly #running = new Map<string, Running>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    const every = this.#out.isTTY ? 1000 : HEARTBEAT_S * 1000;
    this.#timer = setInterval(() => this.#beat(), every);
    this.#timer.unref();
  }

  /** Runs a part, with lines for its beginning and end. */
  async part<T>(
    title: string,
    work: (detail: (text: string) => void) => Promise<T>,
    message: (result: T) => string = () => '',
  ): Promise<T> {
    this.started(title);
    try {
      const result = await work(text => this.detail(title, text));
      this.ended(title, '✓', message(result));
      return result;
    } catch (error) {
      this.ended(title, '✗', '');
      throw error;
    }
  }

  started(title: string): void {
    this.#running.set(title, { startedAt: Date.now() });
    this.#status();
  }

  detail(title: string, text: string): void {
    const part = this.#running.get(title);
    if (part) {
      part.detail = text;
    }
  }

  ended(title: string, mark: string, detail: string): void {
    const part = this.#running.get(title);
    this.#running.delete(title);
    const seconds = part ? (Date.now() - part.startedAt) / 1000 : 0;
    const took = `${seconds.toFixed(1).padStart(7)} s`;
    this.line(`${mark} ${title.padEnd(36)} ${took}  ${detail}`.trimEnd());
  }

  /** Prints a line above what is running. */
  line(text: string): void {
    this.#out.write(`${this.#wipe()}${text}\n`);
    this.#status();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#out.write(this.#wipe());
  }

  #beat(): void {
    if (this.#running.size === 0) {
      return;
    }
    if (this.#out.isTTY) {
      this.#status();
    } else {
      this.#out.write(`… ${this.#runningText()}\n`);
    }
  }

  #status(): void {
    if (this.#out.isTTY && this.#running.size > 0) {
      const width = (this.#out.columns ?? 80) - 1;
      this.#out.write(
        this.#wipe() + `… ${this.#runningText()}`.slice(0, width),
      );
    }
  }

  #runningText(): string {
    return [...this.#running]
      .map(([title, { startedAt, detail }]) => {
        const seconds = Math.round((Date.now() - startedAt) / 1000);
        return `${title} ${seconds} s${detail ? ` (${detail})` : ''}`;
      })
      .join(', ');
  }

  #wipe(): string {
    return this.#out.isTTY ? '\r\x1b[K' : '';
  }
}
