import { mockServices } from '@backstage/backend-test-utils';
import {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';
import { TenantEntityProvider } from './TenantEntityProvider';
import { FakeTenantReader } from './__testUtils__/FakeTenantReader';
import { testTenant } from './__testUtils__/testTenant';

describe('TenantEntityProvider', () => {
  const reader = new FakeTenantReader('lab');
  const logger = mockServices.logger.mock();
  const stop = new AbortController();
  const mutations: EntityProviderMutation[] = [];
  const connection: EntityProviderConnection = {
    applyMutation: async mutation => {
      mutations.push(mutation);
    },
    refresh: async () => {},
  };
  let runTask: () => Promise<void>;
  const provider = TenantEntityProvider.create({
    reader,
    logger,
    signal: stop.signal,
    taskRunner: {
      run: async task => {
        runTask = async () => task.fn(stop.signal);
      },
    },
  });

  afterAll(() => stop.abort());

  async function nextMutation(): Promise<EntityProviderMutation> {
    const deadline = Date.now() + 5_000;
    while (!mutations.length && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    return mutations.shift()!;
  }

  it('provides all tenants, then each change, and keeps what it has while the cluster is away', async () => {
    reader.tenants = [testTenant('acme')];
    await provider.connect(connection);
    expect(await nextMutation()).toEqual({
      type: 'full',
      entities: [
        {
          locationKey: 'TenantEntityProvider:lab',
          entity: {
            apiVersion: 'backstage.io/v1alpha1',
            kind: 'Resource',
            metadata: {
              name: 'acme',
              title: 'n8n tenant acme',
              description:
                'n8n of its own in namespace web-tenant-acme of cluster lab',
              annotations: {
                'threewalls.io/tenant': 'acme',
                'backstage.io/managed-by-location':
                  'threewalls:lab/web-tenant-acme',
                'backstage.io/managed-by-origin-location':
                  'threewalls:lab/web-tenant-acme',
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
        },
      ],
    });

    reader.change(testTenant('globex'));
    expect(await nextMutation()).toMatchObject({
      type: 'delta',
      added: [{ entity: { metadata: { name: 'globex' } } }],
      removed: [],
    });

    reader.remove('acme');
    expect(await nextMutation()).toEqual({
      type: 'delta',
      added: [],
      removed: [{ entityRef: 'resource:default/acme' }],
    });

    reader.isAway = true;
    await runTask();
    await runTask();
    expect(mutations).toEqual([]);
    expect(logger.warn).toHaveBeenCalledTimes(1);

    reader.isAway = false;
    reader.tenants = [testTenant('globex')];
    await runTask();
    expect(await nextMutation()).toMatchObject({
      type: 'full',
      entities: [{ entity: { metadata: { name: 'globex' } } }],
    });
    expect(logger.info).toHaveBeenCalledWith(
      'Tenants of cluster lab are read again',
    );
  });

  it('lists again when the watch ends', async () => {
    reader.tenants = [testTenant('initech')];
    reader.endWatch();
    expect(await nextMutation()).toMatchObject({
      type: 'full',
      entities: [{ entity: { metadata: { name: 'initech' } } }],
    });
    reader.remove('initech');
    expect(await nextMutation()).toMatchObject({ type: 'delta' });
  });
});
