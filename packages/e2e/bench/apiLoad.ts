import { connect, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './report';

/** What came of a load: latencies in milliseconds. */
export interface Load {
  p95: number;
  /** Answers a second */
  rate: number;
  /** CPU time of the server for an answer, however busy the machine is */
  cpu: number;
  /** Bytes of an answer's body */
  bytes: number;
  status: number;
}

/**
 * Clients of one kept-alive connection each that ask again as soon as they are
 * answered, or at a pace: then an answer's time counts from when it was to be
 * asked for, so that waiting for the one before is no way to look fast. On plain sockets: the one who measures has to be cheaper than the
 * one who is measured.
 */
export async function load(options: {
  port: number;
  path: string;
  headers: Record<string, string>;
  clients: number;
  warmupMs: number;
  durationMs: number;
  /** Milliseconds between two questions of one client; default none */
  paceMs?: number;
  /** CPU time of the server so far, in milliseconds */
  cpuMs(): number;
}): Promise<Load> {
  const { port, path, headers, clients, warmupMs, durationMs } = options;
  const { paceMs } = options;
  const request = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
    '\r\n',
  ].join('\r\n');
  const from = performance.now() + warmupMs;
  const until = from + durationMs;
  const latencies: number[] = [];
  const cpuBefore = options.cpuMs();
  let answers = 0;
  let last = { status: 0, bytes: 0 };
  await Promise.all(
    Array.from({ length: clients }, async (_, n) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay();
      await new Promise(resolve => socket.once('connect', resolve));
      try {
        let startedAt = performance.now() + ((paceMs ?? 0) * n) / clients;
        while (startedAt < until) {
          await sleepUntil(startedAt);
          last = await ask(socket, request);
          answers++;
          if (last.status !== 200 && last.status !== 304) {
            throw new Error(`${path} answered with ${last.status}`);
          }
          if (startedAt >= from) {
            latencies.push(performance.now() - startedAt);
          }
          startedAt = paceMs ? startedAt + paceMs : performance.now();
        }
      } finally {
        socket.destroy();
      }
    }),
  );
  if (!latencies.length) {
    throw new Error(`${path} was not answered once in ${durationMs} ms`);
  }
  return {
    p95: quantile(latencies, 0.95),
    rate: (latencies.length * 1000) / durationMs,
    cpu: (options.cpuMs() - cpuBefore) / answers,
    ...last,
  };
}

async function sleepUntil(time: number): Promise<void> {
  const wait = time - performance.now();
  if (wait > 0) {
    await sleep(wait);
  }
}

function ask(
  socket: Socket,
  request: string,
): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    let head: { status: number; bytes: number; start: number } | undefined;
    let early = Buffer.alloc(0);
    let received = 0;
    // Either ends the wait for this answer, and takes both away.
    const listeners = {
      data(chunk: Buffer) {
        received += chunk.length;
        if (!head) {
          early = Buffer.concat([early, chunk]);
          head = parseHead(early);
        }
        if (head && received >= head.start + head.bytes) {
          unlisten();
          resolve({ status: head.status, bytes: head.bytes });
        }
      },
      close() {
        unlisten();
        reject(new Error('The server hung up'));
      },
    };
    function unlisten() {
      socket.off('data', listeners.data).off('close', listeners.close);
    }
    socket.on('data', listeners.data).on('close', listeners.close);
    socket.write(request);
  });
}

/** Status, length of the body and where it begins, once the head is there. */
function parseHead(bytes: Buffer) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    return undefined;
  }
  const text = bytes.toString('latin1', 0, end);
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  const status = Number(text.slice(9, 12));
  if (!length && status !== 304) {
    throw new Error(`An answer without a length: ${text}`);
  }
  return { status, bytes: Number(length ?? 0), start: end + 4 };
}
