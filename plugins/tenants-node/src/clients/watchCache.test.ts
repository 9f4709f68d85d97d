import { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { testProfile } from '../__fixtures__/platform';
import { Edge, labOn } from '../__testUtils__/Edge';
import { Seen } from './clusterView';
import { KubernetesClient } from './kubernetes';
import { ObjectChange } from './collection';
import { WatchCache } from './watchCache';

const files = createMockDirectory();
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
const PATH = '/apis/networking.k8s.io/v1/networkpolicies';

/** An API server with network policies, whose watches the test holds. */
class FakePolicies {
  readonly objects = new Map<string, any>();
  readonly watches: { from: string; response: ServerResponse }[] = [];
  version = 10;
  /** What a request is answered with instead */
  fault?: { status: number; body?: unknown };
  /** What a watch is answered with instead */
  watchFault?: { status: number; body?: unknown };
  isSilent = false;
  /** Milliseconds that the whole process is busy once, while a sign of life is on its way */
  busyMs = 0;
  edge!: Edge;
  kubernetes!: KubernetesClient;
  cache!: WatchCache;
  readonly changes: string[] = [];
  readonly #log: { version: number; event: object }[] = [];
  readonly steps: string[] = [];

  static async start(): Promise<FakePolicies> {
    const fake = new FakePolicies();
    fake.edge = await Edge.start(request => {
      if (fake.fault) {
        return fake.fault;
      }
      if (request === 'GET /version') {
        const free = performance.now() + fake.busyMs;
        fake.busyMs = 0;
        while (performance.now() < free);
        return fake.isSilent ? () => {} : { status: 200 };
      }
      return (response, url) => {
        if (!url.searchParams.has('watch')) {
          fake.#list(response);
        } else if (fake.watchFault) {
          const { status, body } = fake.watchFault;
          response.writeHead(status).end(JSON.stringify(body));
        } else {
          fake.#watch(response, url.searchParams.get('resourceVersion')!);
        }
      };
    });
    const [cluster] = labOn(fake.edge, files).clusters;
    fake.kubernetes = KubernetesClient.fromConfig(cluster);
    fake.cache = WatchCache.create({
      kubernetes: fake.kubernetes,
      isWatched: ({ kind }) => kind === POLICY.kind,
      isKept: (_, { metadata }) => metadata.labels?.other !== 'yes',
    });
    fake.cache.listen({
      changed: ({ type, object }: ObjectChange) =>
        fake.changes.push(`${type} ${object.metadata.name}`),
      stepped: (_, problem) => fake.steps.push(problem ? 'away' : 'back'),
    });
    return fake;
  }

  stop() {
    this.cache.stop();
    this.edge.stop();
  }

  put(namespace: string, name: string, rest: object = {}) {
    const key = `${namespace}/${name}`;
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    const object = {
      metadata: { namespace, name, resourceVersion: String(++this.version) },
      ...rest,
    };
    this.objects.set(key, object);
    this.#send({ type, object: { ...POLICY, ...object } });
  }

  remove(namespace: string, name: string) {
    const object = this.objects.get(`${namespace}/${name}`);
    this.objects.delete(`${namespace}/${name}`);
    object.metadata.resourceVersion = String(++this.version);
    this.#send({ type: 'DELETED', object: { ...POLICY, ...object } });
  }

  /** Ends all watches as a server that restarts does. */
  cut() {
    this.watches.splice(0).forEach(({ response }) => response.destroy());
  }

  /** Ends all watches as a server does whose time for them is up. */
  end() {
    this.watches.splice(0).forEach(({ response }) => response.end());
  }

  /** Tells who watches what happened since the version that they go on from. */
  replay() {
    for (const { from, response } of this.watches) {
      this.#log
        .filter(({ version }) => version > Number(from))
        .forEach(({ event }) => response.write(`${JSON.stringify(event)}\n`));
    }
  }

  #send(event: object) {
    this.#log.push({ version: this.version, event });
    this.watches.forEach(({ response }) =>
      response.write(`${JSON.stringify(event)}\n`),
    );
  }

  #list(response: ServerResponse) {
    response.end(
      JSON.stringify({
        metadata: { resourceVersion: String(this.version) },
        items: [...this.objects.values()],
      }),
    );
  }

  #watch(response: ServerResponse, from: string) {
    response.writeHead(200);
    response.flushHeaders();
    this.watches.push({ from, response });
  }
}

let fake: FakePolicies;

beforeEach(async () => {
  fake = await FakePolicies.start();
});
afterEach(() => fake.stop());

const names = (seen: Seen<any>) =>
  'problem' in seen
    ? seen.problem
    : seen.items.map(item => item.metadata.name).sort();
const read = async (namespace?: string) =>
  names(await fake.cache.list(POLICY, namespace));

async function until(
  what: () => Promise<boolean>,
  ms: number = 4_000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > deadline) {
      throw new Error('It did not come about');
    }
    await sleep(20);
  }
}

describe('WatchCache', () => {
  it('lists once, and follows what changes', async () => {
    fake.put('a', 'one');
    fake.put('b', 'two', {
      metadata: {
        namespace: 'b',
        name: 'two',
        resourceVersion: '12',
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          mine: 'yes',
        },
        managedFields: [
          {
            manager: 'kubectl',
            operation: 'Update',
            fieldsV1: { 'f:spec': {} },
          },
        ],
      },
    });
    expect(await read()).toEqual(['one', 'two']);
    expect(await read('a')).toEqual(['one']);
    expect(await read('c')).toEqual([]);
    const seen = await fake.cache.list<any>(POLICY, 'b');
    // Nobody looks at the rest, and it is most of an object.
    expect(seen).toMatchObject({
      items: [
        {
          ...POLICY,
          metadata: {
            annotations: { mine: 'yes' },
            managedFields: [{ manager: 'kubectl', operation: 'Update' }],
          },
        },
      ],
    });
    expect(JSON.stringify(seen)).not.toMatch(/f:spec|last-applied/);

    fake.put('a', 'three');
    fake.remove('a', 'one');
    await until(async () => String(await read('a')) === 'three');
    fake.put('a', 'three', { spec: {} });
    await until(async () => fake.changes.length === 3);
    expect(fake.changes).toEqual([
      'ADDED three',
      'DELETED one',
      'MODIFIED three',
    ]);
    expect(fake.edge.count(`GET ${PATH}`)).toBe(2);
    expect(fake.cache.stats()).toMatchObject([
      { kind: 'NetworkPolicy', objects: 2, ageMs: 0 },
    ]);
  });

  it('goes on from where a watch has ended, without a list', async () => {
    fake.put('a', 'one');
    expect(await read()).toEqual(['one']);
    fake.put('a', 'two');
    await until(async () => fake.changes.length === 1);
    fake.end();
    await until(async () => fake.watches.length === 1);
    expect(fake.watches[0].from).toBe('12');
    expect(await read()).toEqual(['one', 'two']);
    expect(fake.edge.count(`GET ${PATH}`)).toBe(3);
  });

  it('reads all anew where what it missed is forgotten, and tells what that was', async () => {
    fake.put('a', 'one');
    fake.put('a', 'two');
    expect(await read()).toEqual(['one', 'two']);
    fake.watches.splice(0).forEach(({ response }) => {
      const object = { kind: 'Status', code: 410, message: 'too old' };
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    });
    // Nobody watches: the cache hears nothing of these.
    fake.remove('a', 'one');
    fake.put('a', 'two', { spec: {} });
    fake.put('a', 'three');
    await until(async () => String(await read()) === 'three,two');
    expect(fake.changes.slice().sort()).toEqual([
      'ADDED three',
      'DELETED one',
      'MODIFIED two',
    ]);
  });

  it.each([
    [410, 'too old resource version'],
    // A server that was brought back from an older state.
    [504, 'Too large resource version'],
    [500, 'etcdserver: mvcc: required revision has been compacted'],
  ])(
    'reads all anew where a watch is refused with %s',
    async (status, message) => {
      fake.put('a', 'one');
      fake.put('a', 'two');
      expect(await read()).toEqual(['one', 'two']);
      fake.watchFault = { status, body: { message } };
      fake.cut();
      fake.remove('a', 'one');
      await until(async () => fake.steps.includes('away'));
      expect(await read()).toMatch(new RegExp(message));
      fake.watchFault = undefined;
      await until(async () => String(await read()) === 'two');
      expect(fake.changes).toEqual(['DELETED one']);
      // Who looks at all again when it is back has missed nothing.
      expect(fake.steps).toEqual(['back', 'away', 'back']);
    },
  );

  it('misses nothing through twenty cuts, and is never wrong in between', async () => {
    fake.put('a', 'n0');
    await read();
    const cutOnce = async (i: number) => {
      const line = fake.watches[0]?.response;
      // In the middle of a line, as a server that dies.
      line?.write('{"type":"ADDED","object":{"metadata":');
      fake.cut();
      fake.put('a', `n${i}`);
      fake.remove('a', `n${i - 1}`);
      // What happened while nobody watched is told to who goes on from before.
      await until(async () => fake.watches.length === 1);
      fake.replay();
      await until(async () => String(await read()) === `n${i}`);
    };
    for (let i = 1; i <= 20; i++) {
      await cutOnce(i);
    }
    expect(fake.cache.stats()).toMatchObject([{ objects: 1 }]);
  });

  it('does not take silence for quiet', async () => {
    fake.put('a', 'one');
    expect(await read()).toEqual(['one']);
    fake.isSilent = true;
    const begun = Date.now();
    await until(async () => String(await read()) !== 'one', 9_000);
    expect(Date.now() - begun).toBeLessThan(6_500);
    fake.isSilent = false;
    await until(async () => String(await read()) === 'one');
  }, 20_000);

  it('does not take its own work for silence', async () => {
    fake.put('a', 'one');
    expect(await read()).toEqual(['one']);
    fake.busyMs = 4_000;
    await until(async () => fake.busyMs === 0);
    fake.put('a', 'two');
    await until(async () => String(await read()) === 'one,two');
    expect(fake.steps).toEqual(['back']);
    expect(fake.edge.count(`GET ${PATH}`)).toBe(2);
  }, 20_000);

  it('keeps the same answer while nothing changes, and only what is asked for', async () => {
    fake.put('a', 'one');
    const list = async () => (await fake.cache.list<any>(POLICY)) as any;
    const first = await list();
    expect((await list()).items).toBe(first.items);
    const labelled = (other: string) => ({
      metadata: {
        namespace: 'a',
        name: 'two',
        resourceVersion: String(++fake.version),
        labels: { other },
      },
    });
    fake.put('a', 'two', labelled('no'));
    await until(async () => String(await read()) === 'one,two');
    fake.put('a', 'two', labelled('yes'));
    await until(async () => String(await read()) === 'one');
    fake.put('a', 'two', labelled('yes'));
    fake.put('a', 'three');
    await until(async () => String(await read()) === 'one,three');
    expect(fake.changes).toEqual(['ADDED two', 'DELETED two', 'ADDED three']);
    expect(first.items).toHaveLength(1);
  });

  it('tells of nothing where an object comes again as it was', async () => {
    fake.put('a', 'one');
    const before = (await fake.cache.list<any>(POLICY)) as any;
    fake.put('a', 'one', before.items[0]);
    fake.put('b', 'two');
    await until(async () => String(await read()) === 'one,two');
    expect(fake.changes).toEqual(['ADDED two']);
    const after = (await fake.cache.list<any>(POLICY, 'a')) as any;
    expect(after.items[0]).toBe(before.items[0]);
  });

  it('does not answer with what may be old, and does as soon as it is asked again', async () => {
    fake.put('a', 'one');
    expect(await read()).toEqual(['one']);
    fake.fault = { status: 503, body: { message: 'down' } };
    fake.cut();
    await until(async () => String(await read()).includes('down'));
    // A watch that goes on from before would answer at once, and tell of it later.
    fake.put('a', 'two');
    expect(fake.cache.stats()).toMatchObject([
      { problem: expect.stringMatching(/down/) },
    ]);
    fake.fault = undefined;
    const back = Date.now();
    const seen = new Set<string>();
    await until(async () => {
      seen.add(String(await read()));
      return seen.has('one,two');
    });
    expect(Date.now() - back).toBeLessThan(2000);
    expect([...seen]).not.toContain('one');
  });

  it('is starting until what it was asked for was read, or has failed', async () => {
    expect(fake.cache.isStarting).toBe(false);
    const first = read();
    await until(async () => fake.cache.isStarting);
    expect(await first).toEqual([]);
    expect(fake.cache.isStarting).toBe(false);
    fake.fault = { status: 403, body: { message: 'no' } };
    const other = { ...POLICY, apiVersion: 'networking.k8s.io/v2' };
    const refused = fake.cache.list(other);
    await until(async () => fake.cache.isStarting);
    expect(await refused).toHaveProperty('problem');
    expect(fake.cache.isStarting).toBe(false);
  });

  it("says why a kind can't be read, which is no empty list", async () => {
    fake.fault = { status: 403, body: { message: 'forbidden: no right' } };
    expect(await read()).toMatch(/NetworkPolicy: .*forbidden: no right/);
    // Nobody waits for what has just failed.
    const asked = Date.now();
    expect(await read()).toMatch(/forbidden/);
    expect(Date.now() - asked).toBeLessThan(300);
  });

  it('tells what a namespace has now and after each change, without a request', async () => {
    fake.put('a', 'one');
    const controller = new AbortController();
    const { signal } = controller;
    const seen = fake.cache.follow<any>(POLICY, 'a', signal)!;
    const next = async () =>
      ((await seen.next()).value ?? []).map((o: any) => o.metadata.name);
    expect(await next()).toEqual(['one']);
    fake.put('b', 'elsewhere');
    fake.put('a', 'two');
    expect(await next()).toEqual(['one', 'two']);
    fake.remove('a', 'one');
    expect(await next()).toEqual(['two']);
    expect(fake.edge.count(`GET ${PATH}`)).toBe(2);
    // What may be old it does not tell.
    fake.fault = { status: 503, body: { message: 'down' } };
    fake.cut();
    await expect(next()).rejects.toThrow(/down/);
    const other = fake.cache.follow(POLICY, 'c', signal)!;
    controller.abort(new Error('given up'));
    await expect(other.next()).rejects.toThrow('given up');
    expect(
      fake.cache.follow({ apiVersion: 'v1', kind: 'Pod' }, 'a', signal),
    ).toBeUndefined();
  });

  it('asks for what it does not watch, each time', async () => {
    const pods = { apiVersion: 'v1', kind: 'Pod' };
    await fake.cache.list(pods, 'a');
    await fake.cache.list(pods, 'a');
    expect(fake.edge.count('GET /api/v1/namespaces/a/pods')).toBe(2);
  });

  it('watches what is looked at in one namespace there, and asks for others', async () => {
    const slices = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
    const cache = WatchCache.ofTenants(fake.kubernetes, testProfile());
    try {
      fake.put('default', 'kubernetes');
      for (const namespace of ['default', 'default', 'a', 'a']) {
        expect(names(await cache.list(slices, namespace))).toEqual([
          'kubernetes',
        ]);
      }
      const path = (namespace: string) =>
        `GET /apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      // A list and a watch; a list each time.
      expect(fake.edge.count(path('default'))).toBe(2);
      expect(fake.edge.count(path('a'))).toBe(2);
    } finally {
      cache.stop();
    }
  });
});

describe('what is kept of a cluster with tenants', () => {
  it('is theirs, Vault’s, and what may stand for theirs', async () => {
    const services: [namespace: string, spec?: object][] = [
      ['web-tenant-acme'],
      ['sys-vault'],
      ['dev'],
      ['takes', { externalIPs: ['198.18.1.1'] }],
      ['stands-for', { type: 'ExternalName', externalName: 'n8n.x.svc' }],
    ];
    const items = services.map(([namespace, spec]) => ({
      metadata: { namespace, name: 'one', resourceVersion: '1' },
      spec,
    }));
    const edge = await Edge.start(() => (response, url) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const metadata = { resourceVersion: '1' };
      if (url.searchParams.has('watch')) {
        response.flushHeaders();
      } else {
        response.end(JSON.stringify({ metadata, items }));
      }
    });
    const [cluster] = labOn(edge, files).clusters;
    const kubernetes = KubernetesClient.fromConfig(cluster);
    const cache = WatchCache.ofTenants(kubernetes, cluster);
    const keptOf = async (apiVersion: string, kind: string) => {
      const seen = await cache.list({ apiVersion, kind });
      return 'items' in seen
        ? seen.items.map(({ metadata }) => metadata.namespace)
        : seen.problem;
    };
    try {
      const all = services.map(([namespace]) => namespace);
      expect(await keptOf('v1', 'Service')).toEqual(
        all.filter(namespace => namespace !== 'dev'),
      );
      expect(await keptOf('networking.k8s.io/v1', 'Ingress')).toEqual(all);
      expect(await keptOf('v1', 'Pod')).toEqual(all.slice(0, 2));
    } finally {
      cache.stop();
      edge.stop();
    }
  });
});
