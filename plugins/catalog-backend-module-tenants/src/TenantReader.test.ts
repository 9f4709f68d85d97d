import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import {
  Entity,
  entityEnvelopeSchemaValidator,
} from '@backstage/catalog-model';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { NamespaceTenantReader, TenantEvent } from './TenantReader';

/** Speaks the part of the API server's protocol that a reader uses. */
class FakeApiServer {
  readonly selectors: string[] = [];
  items: object[] = [];
  watcher: ServerResponse | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((req, res) => {
      const { searchParams } = new URL(req.url!, 'http://localhost');
      this.selectors.push(searchParams.get('labelSelector')!);
      res.writeHead(200, { 'content-type': 'application/json' });
      if (searchParams.get('watch')) {
        res.flushHeaders();
        this.watcher = res;
      } else {
        const metadata = { resourceVersion: '7' };
        res.end(JSON.stringify({ metadata, items: this.items }));
      }
    });
  }

  async start(): Promise<string> {
    await new Promise<void>(done => this.#server.listen(0, '127.0.0.1', done));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  send(type: string, object: object): void {
    this.watcher!.write(`${JSON.stringify({ type, object })}\n`);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('NamespaceTenantReader', () => {
  const directory = createMockDirectory();
  const api = new FakeApiServer();

  const namespace = (name: string, annotations = {}) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, annotations, labels: { app: 'n8n' } },
  });

  afterAll(() => api.stop());

  async function setup() {
    directory.setContent({
      kubeconfig: JSON.stringify({
        'current-context': 'fake',
        contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me' } }],
        clusters: [
          {
            name: 'fake',
            cluster: {
              server: await api.start(),
              'insecure-skip-tls-verify': true,
            },
          },
        ],
        users: [{ name: 'me', user: { token: 'token' } }],
      }),
    });
    const platform = readPlatform(
      new ConfigReader({
        tenants: {
          clusters: [
            {
              name: 'eu.prod',
              kubernetes: { kubeconfig: directory.resolve('kubeconfig') },
              vault: {
                address: 'https://192.0.2.20:8200',
                login: { tokenFile: '/nowhere' },
              },
            },
          ],
        },
      }),
    );
    const [cluster] = Clusters.fromPlatform(platform).all();
    return NamespaceTenantReader.unmanaged(cluster, {
      labelSelector: 'app=n8n',
      owner: 'group:default/platform',
    });
  }

  it('finds what somebody else manages, by label, and claims no walls for it', async () => {
    const reader = await setup();
    api.items = [
      namespace('old-n8n'),
      namespace('theirs', { 'threewalls.io/owner': 'group:default/theirs' }),
    ];
    const stop = new AbortController();
    const { entities, resourceVersion } = await reader.list({});
    expect(resourceVersion).toBe('7');
    expect(reader.provider).toBe('UnmanagedTenantEntityProvider:eu.prod');
    expect(entities[0]).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Resource',
      metadata: {
        namespace: 'eu-prod',
        name: 'old-n8n',
        title: 'n8n in old-n8n',
        description: expect.stringContaining('does not manage'),
        annotations: {
          'threewalls.io/unmanaged': 'true',
          'backstage.io/managed-by-location': 'threewalls:eu.prod/old-n8n',
          'backstage.io/managed-by-origin-location':
            'threewalls:eu.prod/old-n8n',
        },
        tags: ['n8n', 'unmanaged'],
      },
      spec: { type: 'n8n-tenant', owner: 'group:default/platform' },
    });
    expect(entities[1].spec).toMatchObject({ owner: 'group:default/theirs' });
    const isEntity = entityEnvelopeSchemaValidator();
    entities.forEach((entity: Entity) => isEntity(entity));

    const events: TenantEvent[] = [];
    const watching = (async () => {
      const options = { resourceVersion, signal: stop.signal };
      for await (const event of reader.watch(options)) {
        events.push(event);
      }
    })();
    while (!api.watcher) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    api.send('ADDED', namespace('another'));
    api.send('BOOKMARK', { metadata: { resourceVersion: '9' } });
    // Gone, or adopted and so no longer of this selector.
    api.send('DELETED', namespace('old-n8n'));
    api.watcher.end();
    await watching;
    expect(events).toEqual([
      {
        type: 'changed',
        entity: expect.objectContaining({
          metadata: expect.objectContaining({ name: 'another' }),
        }),
      },
      { type: 'gone', entityRef: 'resource:eu-prod/old-n8n' },
    ]);
    expect(new Set(api.selectors)).toEqual(
      new Set(['app=n8n,app.kubernetes.io/managed-by!=threewalls']),
    );
  });
});
