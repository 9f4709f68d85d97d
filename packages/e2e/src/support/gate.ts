import http, { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { AddressInfo } from 'node:net';

/** A trap of a {@link Gate}: what it waits for, and whom it tells. */
interface Trap {
  request: RegExp;
  caught: (request: string) => void;
}

/**
 * A way to a server by which a test knows where its client is: a trapped request
 * is carried out and its answer held back, which is the worst moment to kill
 * the one who asked.
 */
export class Gate {
  /**
   * @param url - Where it leads, such as `https://198.18.0.2:6443`
   * @param ca - CA of an https target, PEM
   */
  static async start(url: string, ca?: Buffer): Promise<Gate> {
    const gate = new Gate(url, ca);
    await new Promise<void>(done => gate.#server.listen(0, '127.0.0.1', done));
    return gate;
  }

  readonly #server: http.Server;
  readonly #agent: http.Agent;
  #traps: Trap[] = [];
  #isCut = false;
  #swallows = false;
  /** Answers on their way */
  readonly #answers = new Map<IncomingMessage, ServerResponse>();

  private constructor(private readonly target: string, ca?: Buffer) {
    this.#agent = target.startsWith('https:')
      ? new https.Agent({ keepAlive: true, ca })
      : new http.Agent({ keepAlive: true });
    this.#server = http.createServer((from, to) => this.#forward(from, to));
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /**
   * Waits for a request such as `PATCH /api/v1/namespaces/x?fieldManager=y`,
   * and never hands its answer back.
   */
  async trap(request: RegExp, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`No request like ${request} came by`)),
        timeoutMs,
      );
      this.#traps.push({
        request,
        caught: found => {
          clearTimeout(timer);
          resolve(found);
        },
      });
    });
  }

  /** Breaks every connection, and lets nobody through until it is opened again. */
  cut(): void {
    this.#isCut = true;
    this.#server.closeAllConnections();
  }

  /** Takes every request and answers none; what was on its way is lost. */
  swallow(): void {
    this.#swallows = true;
    for (const [answer, to] of this.#answers) {
      answer.unpipe(to).resume();
    }
  }

  open(): void {
    this.#isCut = false;
    this.#swallows = false;
  }

  async stop(): Promise<void> {
    const closed = new Promise(done => this.#server.close(done));
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  #forward(from: IncomingMessage, to: ServerResponse): void {
    if (this.#isCut) {
      from.socket.destroy();
      return;
    }
    if (this.#swallows) {
      from.resume();
      return;
    }
    const { method = 'GET', url: path = '/' } = from;
    const { host, protocol } = new URL(this.target);
    const request = (protocol === 'https:' ? https : http).request(
      `${this.target}${path}`,
      { method, agent: this.#agent, headers: { ...from.headers, host } },
      answer => {
        const trap = this.#catch(`${method} ${path}`);
        if (trap) {
          answer.resume();
          // The whole answer: then it has been carried out for certain.
          answer.once('end', () => trap.caught(`${method} ${path}`));
          return;
        }
        if (this.#swallows) {
          answer.resume();
          return;
        }
        this.#answers.set(answer, to);
        answer.once('close', () => this.#answers.delete(answer));
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        // A watch says nothing more until something happens.
        to.flushHeaders();
        answer.pipe(to);
      },
    );
    request.on('error', () => to.destroy());
    to.on('close', () => request.destroy());
    from.pipe(request);
  }

  #catch(request: string): Trap | undefined {
    const trap = this.#traps.find(t => t.request.test(request));
    this.#traps = this.#traps.filter(t => t !== trap);
    return trap;
  }
}
