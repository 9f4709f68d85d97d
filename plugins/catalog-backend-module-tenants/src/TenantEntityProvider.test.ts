import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';
import { ResponseError } from '@backstage/errors';
import { EventParams } from '@backstage/plugin-events-node';
import {
  Tenant,
  TENANT_EVENT_TOPIC,
  UnmanagedNamespace,
} from '@threewalls/backstage-plugin-tenants-common';
import request from 'supertest';
import catalogModuleTenants from './index';
import { TenantEntityProvider } from './TenantEntityProvider';

function tenant(name: string): Tenant {
  return {
    name,
    cluster: 'lab',
    namespace: `web-tenant-${name}`,
    owner: 'group:default/guests',
    spec: { size: 'small' },
  } as Tenant;
}

async function notFound(): Promise<never> {
  throw await ResponseError.fromResponse(
    Response.json({ error: { name: 'NotFoundError' } }, { status: 404 }) as any,
  );
}

describe('TenantEntityProvider', () => {
  let names: string[];
  let isAway: boolean;
  let unmanaged: UnmanagedNamespace[];
  const mutations: EntityProviderMutation[] = [];
  const connection: EntityProviderConnection = {
    applyMutation: async mutation => {
      mutations.push(mutation);
    },
    refresh: async () => {},
  };
  const logger = mockServices.logger.mock();
  let runTask: () => Promise<void>;
  let publish: (event: EventParams) => Promise<void>;

  beforeEach(async () => {
    [names, isAway, unmanaged] = [['acme'], false, []];
    mutations.length = 0;
    const answer = async <T>(value: T) => {
      if (isAway) {
        throw new TypeError('fetch failed');
      }
      return value;
    };
    await new TenantEntityProvider({
      tenants: {
        // One a page, whatever was asked for.
        listTenants: async ({ offset = 0 } = {}) =>
          answer({
            items: names.slice(offset, offset + 1).map(tenant),
            totalItems: names.length,
          }),
        getTenant: async name =>
          answer(names.includes(name) ? tenant(name) : await notFound()),
        listUnmanaged: async () => answer({ items: unmanaged }),
      },
      auth: mockServices.auth(),
      events: {
        publish: async () => {},
        subscribe: async ({ topics, onEvent }) => {
          expect(topics).toEqual([TENANT_EVENT_TOPIC]);
          publish = onEvent;
        },
      },
      logger,
      appUrl: 'https://portal.example.com',
      taskRunner: {
        run: async task => {
          runTask = async () => task.fn(new AbortController().signal);
        },
      },
    }).connect(connection);
  });

  const changed = (name: string) =>
    publish({ topic: TENANT_EVENT_TOPIC, eventPayload: { name } });

  it('provides all tenants', async () => {
    names = ['acme', 'globex'];
    await runTask();
    expect(mutations).toEqual([
      {
        type: 'full',
        entities: ['acme', 'globex'].map(name => ({
          locationKey: 'TenantEntityProvider',
          entity: {
            apiVersion: 'backstage.io/v1alpha1',
            kind: 'Resource',
            metadata: {
              name,
              title: `n8n tenant ${name}`,
              description: `Dedicated n8n in namespace web-tenant-${name} on cluster lab`,
              annotations: {
                'threewalls.io/tenant': name,
                'backstage.io/managed-by-location': `threewalls:lab/web-tenant-${name}`,
                'backstage.io/managed-by-origin-location': `threewalls:lab/web-tenant-${name}`,
              },
              tags: ['n8n', 'size-small'],
              links: [
                expect.objectContaining({
                  url: 'https://portal.example.com/tenants',
                }),
                expect.objectContaining({
                  url: 'https://portal.example.com/create',
                }),
              ],
            },
            spec: { type: 'n8n-tenant', owner: 'group:default/guests' },
          },
        })),
      },
    ]);
  });

  it('provides one that has changed, and drops one that is gone', async () => {
    await changed('acme');
    names = [];
    await changed('acme');
    expect(mutations).toMatchObject([
      { type: 'delta', added: [{ entity: { metadata: { name: 'acme' } } }] },
      { type: 'delta', removed: [{ entityRef: 'resource:default/acme' }] },
    ]);
  });

  it('provides what is not managed, without walls', async () => {
    unmanaged = [{ cluster: 'eu.prod', namespace: 'old', owner: 'unknown' }];
    names = [];
    await runTask();
    expect(mutations).toMatchObject([
      {
        entities: [
          {
            entity: {
              metadata: {
                namespace: 'eu-prod',
                name: 'old',
                annotations: { 'threewalls.io/unmanaged': 'true' },
              },
              spec: { owner: 'unknown' },
            },
          },
        ],
      },
    ]);
    const [{ entities }] = mutations as any;
    expect(entities[0].entity.metadata.annotations).not.toHaveProperty(
      'threewalls.io/tenant',
    );
  });

  it('keeps what it has while the backend is away, and says so once', async () => {
    isAway = true;
    const running = runTask();
    await changed('acme');
    expect(mutations).toEqual([]);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    isAway = false;
    await running;
    expect(mutations).toHaveLength(1);
    expect(logger.info).toHaveBeenCalledWith('Tenants are read again');
  });
});

it('makes entities that the catalog accepts, by the tenants backend alone', async () => {
  const answers = jest
    .spyOn(global, 'fetch')
    .mockImplementation(async url =>
      Response.json(
        String(url).includes('/unmanaged')
          ? { items: [] }
          : { items: [tenant('acme')], totalItems: 1 },
      ),
    );
  const { server } = await startTestBackend({
    features: [
      catalogPlugin,
      catalogModuleTenants,
      mockServices.rootConfig.factory({
        data: { catalog: { processingInterval: { seconds: 1 } } },
      }),
    ],
  });
  const find = () =>
    request(server).get('/api/catalog/entities/by-name/resource/default/acme');
  for (let i = 0; i < 200 && (await find()).status !== 200; i++) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  expect((await find()).body).toMatchObject({
    kind: 'Resource',
    relations: [{ type: 'ownedBy', targetRef: 'group:default/guests' }],
  });
  answers.mockRestore();
}, 30_000);
