import { setTimeout as sleep } from 'node:timers/promises';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { parse, stringify } from 'yaml';
import { testPlatform } from '../__fixtures__/platform';
import {
  Answer,
  Edge,
  errorOf,
  kubeconfigFor,
  labOn,
  TOKEN,
} from '../__testUtils__/Edge';
import { loadKubeConfig } from './connection';
import { KubernetesClient } from './kubernetes';

const files = createMockDirectory();
let edge: Edge;

afterEach(() => {
  edge?.stop();
  jest.restoreAllMocks();
});

async function clientOf(answer: (request: string, times: number) => Answer) {
  edge = await Edge.start(answer);
  return KubernetesClient.fromConfig(labOn(edge, files).clusters[0]);
}

function client(): KubernetesClient {
  const [cluster] = testPlatform().clusters;
  return KubernetesClient.fromConfig({
    ...cluster,
    kubernetes: { kubeconfig: files.resolve('kubeconfig') },
  });
}

const LIST = 'GET /api/v1/namespaces';
const list = (of: KubernetesClient) =>
  of.list({ apiVersion: 'v1', kind: 'Namespace' });
const fine: Answer = { status: 200, body: { items: [] } };

describe('the way to an API server', () => {
  it('may have a path before every path, as behind Rancher', async () => {
    edge = await Edge.start(() => fine);
    files.setContent({
      kubeconfig: kubeconfigFor(`${edge.url}/k8s/clusters/c-1/`),
    });
    await list(client());
    expect(edge.seen).toEqual(['GET /k8s/clusters/c-1/api/v1/namespaces']);
  });

  it('may lead over a proxy, which the kubeconfig or the environment names', async () => {
    edge = await Edge.start(() => fine);
    const named = kubeconfigFor('http://api.example').replace(
      /( +)server: .*/,
      `$&\n$1proxy-url: ${edge.url}`,
    );
    files.setContent({ kubeconfig: named });
    await list(client());
    jest.replaceProperty(process, 'env', { HTTP_PROXY: edge.url });
    files.setContent({ kubeconfig: kubeconfigFor('http://other.example') });
    await list(client());
    expect(edge.seen).toEqual([
      'GET http://api.example/api/v1/namespaces',
      'GET http://other.example/api/v1/namespaces',
    ]);
  });

  it.each([{ inCluster: true, url: 'https://192.0.2.9' }, {}])(
    'is that of the pod that the portal runs in where config says so, or nothing: %j',
    kubernetes => {
      jest.replaceProperty(process, 'env', {
        KUBERNETES_SERVICE_HOST: '192.0.2.1',
        KUBERNETES_SERVICE_PORT: '443',
      });
      const [cluster] = testPlatform().clusters;
      const config = loadKubeConfig({ ...cluster, kubernetes });
      const { server, caFile } = config.getCurrentCluster()!;
      expect([server, caFile]).toEqual([
        'https://192.0.2.1:443',
        '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      ]);
    },
  );

  it('may take credentials of a plugin, which is asked again after a 401', async () => {
    edge = await Edge.start((_, times) =>
      times === 1 ? { status: 401 } : fine,
    );
    const asked = files.resolve('asked');
    const apiVersion = 'client.authentication.k8s.io/v1';
    const credential = JSON.stringify({
      apiVersion,
      kind: 'ExecCredential',
      status: { token: `${TOKEN}-'$(wc -l < ${asked})'` },
    });
    const plugin = parse(kubeconfigFor(edge.url));
    plugin.users[0].user = {
      exec: {
        apiVersion,
        command: 'sh',
        args: ['-c', `echo >> ${asked}; echo '${credential}'`],
        interactiveMode: 'Never',
      },
    };
    files.setContent({ kubeconfig: stringify(plugin) });
    const kubernetes = client();
    await list(kubernetes);
    await list(kubernetes);
    expect(edge.tokens).toEqual(
      [1, 2, 2].map(times => `Bearer ${TOKEN}-${times}`),
    );
  });
});

describe('KubernetesClient spares', () => {
  const pod = { namespace: 'a', name: 'x' };

  it('the connection of a log of which the end is not waited for', async () => {
    const kubernetes = await clientOf(request =>
      request.endsWith('/log')
        ? response => {
            response.write('one\nend\n');
            setTimeout(() => response.end('more\n'), 50);
          }
        : fine,
    );
    const lines: string[] = [];
    for (let i = 0; i < 3; i++) {
      for await (const line of kubernetes.logs(pod, { follow: true })) {
        lines.push(line);
        if (line === 'end') {
          break;
        }
      }
      await sleep(150);
    }
    await list(kubernetes);
    expect(lines.join()).toBe('one,end,one,end,one,end');
    expect(edge.connections).toBe(1);
  });

  it('what is known of an object that it makes or removes', async () => {
    const kubernetes = await clientOf(() => fine);
    const ref = { apiVersion: 'v1', kind: 'Pod' };
    await kubernetes.create({ ...ref, metadata: pod }, { metadataOnly: true });
    await kubernetes.delete({ ...ref, ...pod });
    await kubernetes.create({ ...ref, metadata: pod });
    expect(edge.headers.map(({ accept }) => accept)).toEqual([
      expect.stringMatching(/as=PartialObjectMetadata.*,application\/json$/),
      expect.stringMatching(/as=PartialObjectMetadata.*,application\/json$/),
      'application/json',
    ]);
  });
});

describe('a long list', () => {
  const all = Array.from({ length: 1_250 }, (_, n) => ({
    metadata: { name: n },
  }));

  it.each([
    {
      title: 'is asked for in pages',
      forgotten: [],
      queries: ['500', '500 500', '500 1000'],
    },
    {
      title: 'is asked for as a whole once its pages are forgotten',
      forgotten: [1000],
      queries: ['500', '500 500', '500 1000', ''],
    },
  ])('$title', async ({ forgotten, queries }) => {
    const asked: string[] = [];
    const kubernetes = await clientOf(() => (response, url) => {
      const [limit, token] = ['limit', 'continue'].map(key =>
        url.searchParams.get(key),
      );
      asked.push([limit, token].filter(Boolean).join(' '));
      const from = Number(token ?? 0);
      if (forgotten.includes(from as never)) {
        response.writeHead(410).end(JSON.stringify({ message: 'Expired' }));
        return;
      }
      const to = from + Number(limit ?? all.length);
      const next = to < all.length ? { continue: String(to) } : {};
      response.end(
        JSON.stringify({
          metadata: { resourceVersion: '7', ...next },
          items: all.slice(from, to),
        }),
      );
    });
    expect(await list(kubernetes)).toEqual({
      items: all,
      resourceVersion: '7',
    });
    expect(asked).toEqual(queries);
  });
});

describe('KubernetesClient in bad weather', () => {
  it('reads its credentials again after a 401, once', async () => {
    const renewed = 'A-renewed-token';
    const kubernetes = await clientOf((_, times) => {
      files.setContent({ kubeconfig: kubeconfigFor(edge.url, renewed) });
      return times === 1 ? { status: 401 } : fine;
    });
    await list(kubernetes);
    expect(edge.tokens).toEqual([`Bearer ${TOKEN}`, `Bearer ${renewed}`]);
  });

  it.each([
    [401, 2, /credentials are not valid any more: renew them/],
    [403, 1, /compare its roles with deploy/],
    [500, 1, /run this again when it is well/],
    [503, 1, /run this again when it is well/],
  ])('says what to do about a %d', async (status, requests, said) => {
    const kubernetes = await clientOf(() => ({
      status,
      body: { message: 'so said the server', reason: 'Why' },
    }));
    const error = await errorOf(list(kubernetes), TOKEN);
    expect(error).toMatchObject({ name: 'KubernetesError', status });
    expect(error.message).toMatch(/so said the server/);
    expect(error.message).toMatch(said);
    expect(edge.count(LIST)).toBe(requests);
  });

  it('waits as long as a 429 says, and not for ever', async () => {
    const kubernetes = await clientOf((_, times) =>
      times === 1 ? { status: 429, headers: { 'retry-after': '1' } } : fine,
    );
    const startedAt = Date.now();
    await list(kubernetes);
    expect(Date.now() - startedAt).toBeGreaterThan(950);
    edge.stop();
    const busy = await clientOf(() => ({
      status: 429,
      headers: { 'retry-after': '0' },
    }));
    const error = await errorOf(list(busy), TOKEN);
    expect(error.message).toMatch(/429.*overloaded: run this again later/);
  });

  it.each(['reset', 'half'] as const)(
    'sends again what a connection broke off (%s)',
    async broken => {
      const kubernetes = await clientOf((_, times) =>
        times === 1 ? broken : fine,
      );
      await list(kubernetes);
      expect(edge.count(LIST)).toBe(2);
    },
  );

  it.each(['reset', 'half'] as const)(
    'does not create twice when a connection breaks off (%s)',
    async broken => {
      const kubernetes = await clientOf(() => broken);
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'a' },
      };
      const error = await errorOf(kubernetes.create(pod), TOKEN);
      expect(error.name).toBe('ServiceUnavailableError');
      expect(edge.count('POST /api/v1/namespaces/a/pods')).toBe(1);
    },
  );

  it('gives up on a server that always breaks off', async () => {
    const kubernetes = await clientOf(() => 'half');
    const error = await errorOf(list(kubernetes), TOKEN);
    expect(error.name).toBe('ServiceUnavailableError');
    expect(error.message).toMatch(/Cluster lab can't be reached/);
  });

  it('says that the server does not answer, and goes on when it does', async () => {
    const kubernetes = await clientOf(() => fine);
    files.setContent({});
    const missing = await errorOf(list(kubernetes), TOKEN);
    expect(missing.name).toBe('ServiceUnavailableError');
    expect(missing.message).toMatch(/there is no kubeconfig at .*kubeconfig/);
    files.setContent({ kubeconfig: `users: [${TOKEN}: "\n` });
    const broken = await errorOf(list(kubernetes), TOKEN);
    expect(broken.message).toMatch(/can't be read/);
    files.setContent({ kubeconfig: kubeconfigFor('http://127.0.0.1:9') });
    const refused = await errorOf(list(client()), TOKEN);
    expect(refused.message).toMatch(/ECONNREFUSED|bad port/);
    files.setContent({ kubeconfig: kubeconfigFor(edge.url) });
    await list(kubernetes);
  });
});
