import { gzipSync } from 'node:zlib';
import { PodSpec } from './tasks';

/**
 * What a proof pod runs: plain JavaScript for any Node from 20, without
 * dependencies. A string, so that no transpiler or bundler touches it.
 *
 * All tasks run at once. What has come up is printed every tenth of a second in one
 * line: kubelet and API server hand on each line by itself. Of what is read from Vault
 * only statuses, policies' names and capabilities are printed.
 */
const SCRIPT = String.raw`
const net = require('node:net');
const dns = require('node:dns');
const dgram = require('node:dgram');
const fs = require('node:fs');
const os = require('node:os');

const begun = Date.now();
const sleep = ms => new Promise(done => setTimeout(done, ms));
let unsaid = [];
const print = () => {
  if (unsaid.length > 0) process.stdout.write(spec.nonce + ' ' + JSON.stringify(unsaid) + '\n');
  unsaid = [];
};
const say = what => {
  if (unsaid.push(what) === 1) setTimeout(print, 100);
};

const CLASSES = {
  ECONNREFUSED: 'REFUSED',
  ETIMEDOUT: 'TIMEOUT',
  EHOSTUNREACH: 'UNREACHABLE',
  ENETUNREACH: 'UNREACHABLE',
};
const failure = error => ({
  code: CLASSES[error.code] || 'OTHER',
  response: error.message || String(error.code),
});
const timeout = (what, ms) => ({
  code: 'TIMEOUT',
  response: 'no answer ' + what + ' within ' + ms + ' ms',
});

const lookups = new Map();
function lookup(host) {
  if (!lookups.has(host)) {
    const late = sleep(spec.answerMs).then(() => ({
      error: 'the resolver gave no answer within ' + spec.answerMs + ' ms',
    }));
    const found = new Promise(done =>
      dns.lookup(host, (error, address) =>
        done(error ? { error: error.message } : { address }),
      ),
    );
    lookups.set(host, Promise.race([found, late]));
  }
  return lookups.get(host);
}

async function connect({ host, port }) {
  const { address, error } = await lookup(host);
  if (error) return { code: 'DNS', response: error };
  return new Promise(done => {
    const socket = net.connect({ host: address, port });
    const finish = answer => {
      clearTimeout(timer);
      socket.destroy();
      done(answer);
    };
    const at = address + ':' + port;
    const timer = setTimeout(() => finish(timeout('from ' + at, spec.timeoutMs)), spec.timeoutMs);
    socket.on('connect', () => finish({ code: 'OK', response: 'connected to ' + at }));
    socket.on('error', e => finish(failure(e)));
  });
}

async function resolve({ host }) {
  const { address, error } = await lookup(host);
  return error
    ? { code: 'DNS', response: error }
    : { code: 'OK', response: address };
}

const ANSWERS = {
  EREFUSED: 'REFUSED',
  ENOTFOUND: 'NXDOMAIN',
  ENODATA: 'NXDOMAIN',
  ETIMEOUT: 'TIMEOUT',
};
function askName({ name }) {
  const resolver = new dns.promises.Resolver({ timeout: spec.timeoutMs, tries: 1 });
  return resolver.resolve4(name).then(
    addresses => ({ code: 'OK', response: addresses.join(', ') }),
    e => ({ code: ANSWERS[e.code] || 'OTHER', response: e.message }),
  );
}

function askDns({ host, port, name }) {
  const labels = name.split('.').map(l => [Buffer.from([l.length]), Buffer.from(l)]);
  const query = Buffer.concat([
    Buffer.from([0x33, 0x57, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels.flat(),
    Buffer.from([0, 0, 1, 0, 1]),
  ]);
  return new Promise(done => {
    const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    const finish = answer => {
      clearTimeout(timer);
      clearTimeout(again);
      socket.close();
      done(answer);
    };
    const timer = setTimeout(() => finish(timeout('from ' + host, spec.timeoutMs)), spec.timeoutMs);
    // As the kernel does it with a connect: one packet that is lost is no denial.
    const ask = () => socket.send(query, () => {});
    const again = setTimeout(ask, spec.timeoutMs / 2);
    socket.on('error', e => finish(failure(e)));
    socket.on('message', m =>
      finish({ code: 'OK', response: 'the resolver answered with ' + m.length + ' bytes' }),
    );
    socket.connect(port, host, ask);
  });
}

const base = new URL(spec.vault.address);
const client = require(base.protocol === 'https:' ? 'node:https' : 'node:http');
const agent = new client.Agent({ keepAlive: true, maxSockets: 16, ca: spec.vault.caData });
function vault(method, path, body, token) {
  return new Promise(done => {
    const payload = body && JSON.stringify(body);
    const finish = answer => {
      clearTimeout(timer);
      done(answer);
    };
    const request = client.request(
      {
        agent,
        method,
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port || undefined,
        path: base.pathname.replace(/\/+$/, '') + '/v1/' + path,
        headers: {
          'X-Vault-Request': 'true',
          ...(token && { 'X-Vault-Token': token }),
          ...(spec.vault.namespace && { 'X-Vault-Namespace': spec.vault.namespace }),
          ...(payload && {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(payload),
          }),
        },
      },
      response => {
        const chunks = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', e => finish(failure(e)));
        response.on('end', () => {
          let json = {};
          try {
            json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          } catch {}
          const errors = Array.isArray(json.errors) ? json.errors.join('; ').trim() : '';
          finish({ code: String(response.statusCode), response: errors, json });
        });
      },
    );
    // Node's own timeout of a request begins when it is connected.
    const timer = setTimeout(() => {
      finish(timeout('from Vault', spec.answerMs));
      request.destroy();
    }, spec.answerMs);
    request.on('error', e => finish(failure(e)));
    request.end(payload);
  });
}

const tokens = [];
const logins = new Map();
function login(mount, role, name) {
  const key = mount + ' ' + role + ' ' + name;
  if (!logins.has(key)) {
    const attempt = async () => {
      let jwt;
      try {
        jwt = fs.readFileSync(spec.vault.tokenFiles[name], 'utf8').trim();
      } catch (e) {
        return { code: 'NO-TOKEN', response: e.message };
      }
      const path = 'auth/' + mount + '/login';
      const answer = await vault('POST', path, { role, jwt });
      const auth = answer.json && answer.json.auth;
      if (!auth) return answer;
      tokens.push(auth.client_token);
      const policies = [...new Set([...(auth.policies || []), ...(auth.token_policies || [])])];
      return { ...answer, token: auth.client_token, response: JSON.stringify(policies.sort()) };
    };
    logins.set(key, attempt());
  }
  return logins.get(key);
}

async function withToken(work) {
  const own = await login(spec.vault.authMount, spec.vault.role, 'vault');
  return own.token
    ? work(own.token)
    : { code: 'NO-TOKEN', response: 'no login as ' + spec.vault.role + ': ' + own.code + ' ' + own.response };
}

const ACTIONS = {
  connect,
  resolve,
  'ask-dns': askDns,
  'ask-name': askName,
  login: task => login(task.mount, task.role, task.token),
  vault: task =>
    withToken(async token => {
      const answer = await vault(task.method, task.path, undefined, token);
      return { ...answer, response: answer.response || (answer.code === '200' ? 'read; the value is not shown' : '') };
    }),
  capabilities: task =>
    withToken(async token => {
      const answer = await vault('POST', 'sys/capabilities-self', { paths: task.paths }, token);
      if (answer.code !== '200') return answer;
      const data = answer.json.data || answer.json;
      const found = task.paths.map(path => [path, data[path]]);
      return { ...answer, response: JSON.stringify(Object.fromEntries(found)) };
    }),
};

async function settled(task) {
  const once = () => ACTIONS[task.do](task);
  let answer = await once();
  while (answer.code === 'OK' && Date.now() - begun < spec.settleMs) {
    await sleep(200);
    const at = Date.now() - begun;
    const next = await Promise.all([once(), sleep(50).then(once), sleep(100).then(once)]);
    const through = next.find(a => a.code === 'OK');
    answer = through || { ...next[0], enforcedAfterMs: at };
  }
  return answer;
}

async function run(task) {
  const at = Date.now();
  let answer;
  try {
    answer = await (task.settle ? settled(task) : ACTIONS[task.do](task));
  } catch (e) {
    answer = { code: 'HARNESS', response: String(e && e.message) };
  }
  const { code, response, enforcedAfterMs } = answer;
  say({ id: task.id, code, response, startedAt: new Date(at).toISOString(), durationMs: Date.now() - at, enforcedAfterMs });
}

async function main() {
  say({ hello: { kernel: os.release(), node: process.version } });
  const isVault = task => ['login', 'vault', 'capabilities'].includes(task.do);
  const asked = Promise.all(spec.tasks.filter(isVault).map(run)).then(() =>
    Promise.all(tokens.map(token => vault('POST', 'auth/token/revoke-self', undefined, token))),
  );
  const dialled = Promise.all(spec.tasks.filter(task => !isVault(task)).map(run));
  await Promise.all([asked, dialled]);
  say({ end: true });
}
main().finally(print).then(() => process.exit(0), e => { console.error(e); process.exit(1); });
`;

const PACKED = gzipSync(SCRIPT);

/**
 * What a proof pod's container runs: its spec and the script, packed, since every event
 * of the pod carries them to whoever watches pods. `base64 -d | gunzip` shows both.
 */
export function podCommand(spec: PodSpec): string[] {
  const own = gzipSync(
    `'use strict';\nconst spec = ${JSON.stringify(spec)};\n`,
  );
  const packed = Buffer.concat([own, PACKED]).toString('base64');
  const unpacked = `require('node:zlib').gunzipSync(Buffer.from('${packed}', 'base64'))`;
  return ['node', '-e', `eval(${unpacked}.toString())`];
}
