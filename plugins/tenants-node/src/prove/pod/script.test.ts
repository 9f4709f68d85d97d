import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Server } from 'node:http';
import { AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET, TOKEN, vaultServer } from '../__fixtures__/vault';
import { podCommand } from './script';
import { PodSaid, PodSpec, PodTask, podTask } from './tasks';

type Work = Parameters<typeof podTask>[0];

const NONCE = 'n0nce';
describe('the script of proof pods', () => {
  const asked: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'threewalls-script-'));
  let vault: Server;
  const cleanups: (() => void)[] = [];

  beforeAll(async () => {
    writeFileSync(join(folder, 'vault'), 'vault-jwt\n');
    writeFileSync(join(folder, 'other'), 'other-jwt\n');
    vault = vaultServer(asked);
    await new Promise<void>(done => vault.listen(0, '127.0.0.1', done));
    cleanups.push(() => vault.close());
  });

  afterAll(() => {
    cleanups.forEach(cleanup => cleanup());
    rmSync(folder, { recursive: true });
  });

  async function run(
    works: (Work | [Work, 'settle'])[],
    overrides: Partial<PodSpec> = {},
  ) {
    const tasks = works.map(
      (work): PodTask =>
        Array.isArray(work)
          ? { ...podTask(work[0]), settle: true }
          : podTask(work),
    );
    const spec: PodSpec = {
      nonce: NONCE,
      timeoutMs: 500,
      answerMs: 500,
      settleMs: 0,
      vault: {
        address: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
        authMount: 'kubernetes',
        role: 'tenant-acme',
        tokenFiles: {
          vault: join(folder, 'vault'),
          other: join(folder, 'other'),
        },
      },
      tasks,
      ...overrides,
    };
    const child = spawn(process.execPath, podCommand(spec).slice(1));
    let output = '';
    let errors = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (errors += chunk));
    const exitCode = await new Promise(done => child.on('close', done));
    expect([exitCode, errors]).toEqual([0, '']);
    const said = output
      .trim()
      .split('\n')
      .flatMap((line): PodSaid[] => {
        expect(line.startsWith(`${NONCE} `)).toBe(true);
        return JSON.parse(line.slice(NONCE.length + 1));
      });
    expect(said[0]).toEqual({
      hello: expect.objectContaining({ kernel: expect.any(String) }),
    });
    expect(said.at(-1)).toEqual({ end: true });
    const answers = said.flatMap(one => ('id' in one ? [one] : []));
    const ids = tasks.map(({ id }) => id);
    expect(answers.map(({ id }) => id).sort()).toEqual([...ids].sort());
    return {
      output,
      answers: answers.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)),
    };
  }

  it('tells how connects and lookups ended', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    const udp = createSocket('udp4');
    let packets = 0;
    udp.on('message', (message, { port, address }) => {
      // The first one is lost.
      if (++packets > 1) {
        udp.send(message, port, address);
      }
    });
    await Promise.all([
      new Promise(done => server.once('listening', done)),
      new Promise<void>(done => udp.bind(0, '127.0.0.1', done)),
    ]);
    cleanups.push(
      () => server.close(),
      () => udp.close(),
    );
    const { port } = server.address() as AddressInfo;
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(done => closed.once('listening', done));
    const { port: closedPort } = closed.address() as AddressInfo;
    await new Promise(done => closed.close(done));
    const { answers } = await run([
      { do: 'connect', host: 'localhost', port },
      { do: 'connect', host: '127.0.0.1', port: closedPort },
      { do: 'connect', host: 'no-such-host.invalid', port: 80 },
      { do: 'resolve', host: 'localhost' },
      {
        do: 'ask-dns',
        host: '127.0.0.1',
        port: udp.address().port,
        name: 'example.com',
      },
    ]);
    expect(answers.map(({ code }) => code)).toEqual([
      'OK',
      'REFUSED',
      'DNS',
      'OK',
      'OK',
    ]);
    expect(answers[0]).toEqual(
      expect.objectContaining({
        response: `connected to 127.0.0.1:${port}`,
        durationMs: expect.any(Number),
        startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      }),
    );
  });

  it('prints what comes up at once in few lines', async () => {
    const { output } = await run(
      Array.from({ length: 40 }, (_, i) => ({
        do: 'resolve',
        host: `127.0.0.${i}`,
      })),
    );
    expect(output.match(/\n/g)!.length).toBeLessThan(10);
  });

  it('asks Vault, prints no value and no token, and gives its token back', async () => {
    const { output, answers } = await run([
      { do: 'login', mount: 'kubernetes', role: 'tenant-acme', token: 'vault' },
      {
        do: 'login',
        mount: 'kubernetes',
        role: 'tenant-globex',
        token: 'vault',
      },
      { do: 'login', mount: 'kubernetes', role: 'tenant-acme', token: 'other' },
      { do: 'vault', method: 'GET', path: 'secret/data/own' },
      { do: 'vault', method: 'GET', path: 'secret/data/other' },
      { do: 'capabilities', paths: ['a', 'b'] },
    ]);
    expect(answers.map(({ code, response }) => [code, response])).toEqual([
      ['200', '["default","tenant-acme"]'],
      ['403', 'service account name not authorized'],
      ['403', 'service account name not authorized'],
      ['200', 'read; the value is not shown'],
      ['403', '1 error occurred:\n\t* permission denied'],
      ['200', '{"a":["deny"],"b":["deny"]}'],
    ]);
    expect(output).not.toContain(SECRET);
    expect(output).not.toContain(TOKEN);
    expect(output).not.toContain('jwt');
    expect(asked).toContain('POST /v1/auth/token/revoke-self');
    // Once for all that needs it.
    expect(
      asked.filter(a => a === 'POST /v1/auth/kubernetes/login'),
    ).toHaveLength(3);
  });

  it('says so where it has no token or no Vault', async () => {
    const gone = { vault: '/no/such/file', other: '/no/such/file' };
    const config = {
      address: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
      authMount: 'kubernetes',
      role: 'tenant-acme',
      tokenFiles: gone,
    };
    const read: Work = {
      do: 'vault',
      method: 'GET',
      path: 'secret/data/own',
    };
    expect((await run([read], { vault: config })).answers[0]).toEqual(
      expect.objectContaining({
        code: 'NO-TOKEN',
        response: expect.stringContaining('ENOENT'),
      }),
    );
    const nowhere = {
      ...config,
      address: 'http://127.0.0.1:1',
      tokenFiles: { vault: join(folder, 'vault'), other: '' },
    };
    expect((await run([read], { vault: nowhere })).answers[0].response).toMatch(
      /ECONNREFUSED/,
    );
  });

  it('does not wait for a Vault that never answers', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(done => silent.once('listening', done));
    cleanups.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const { answers } = await run(
      [
        {
          do: 'login',
          mount: 'kubernetes',
          role: 'tenant-acme',
          token: 'vault',
        },
        { do: 'vault', method: 'GET', path: 'secret/data/own' },
      ],
      {
        vault: {
          address: `http://127.0.0.1:${port}`,
          authMount: 'kubernetes',
          role: 'tenant-acme',
          tokenFiles: {
            vault: join(folder, 'vault'),
            other: join(folder, 'other'),
          },
        },
      },
    );
    expect(answers.map(({ code }) => code)).toEqual(['TIMEOUT', 'NO-TOKEN']);
    expect(answers[0].durationMs).toBeLessThan(2000);
  });

  it('tries again, within the settle time, what a fresh policy has yet to deny', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(done => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    server.once('connection', () => setTimeout(() => server.close(), 100));
    const open = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(done => open.once('listening', done));
    cleanups.push(() => open.close());
    const { answers } = await run(
      [
        [{ do: 'connect', host: '127.0.0.1', port }, 'settle'],
        [
          {
            do: 'connect',
            host: '127.0.0.1',
            port: (open.address() as AddressInfo).port,
          },
          'settle',
        ],
      ],
      { settleMs: 1500 },
    );
    expect(answers[0]).toEqual(
      expect.objectContaining({
        code: 'REFUSED',
        enforcedAfterMs: expect.any(Number),
      }),
    );
    expect(answers[0].enforcedAfterMs).toBeLessThan(1500);
    expect(answers[1]).toEqual(expect.objectContaining({ code: 'OK' }));
    expect(answers[1].durationMs).toBeGreaterThanOrEqual(1400);
  });
});
