import { createServiceFactory } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import request from 'supertest';
import catalogModuleTenants from './index';
import { tenantReadersServiceRef } from './module';
import { FakeTenantReader } from './__testUtils__/FakeTenantReader';
import { testTenant } from './__testUtils__/testTenant';

describe('catalogModuleTenants', () => {
  it('makes tenants entities that the catalog accepts, and drops those that are gone', async () => {
    const reader = new FakeTenantReader('lab');
    reader.tenants = [testTenant('acme')];
    const { server } = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleTenants,
        createServiceFactory({
          service: tenantReadersServiceRef,
          deps: {},
          factory: () => [reader],
        }),
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'https://portal.example.com' },
            catalog: { processingInterval: { seconds: 1 } },
          },
        }),
      ],
    });
    const find = (name: string) =>
      request(server).get(
        `/api/catalog/entities/by-name/resource/default/${name}`,
      );
    async function until(name: string, status: number) {
      const deadline = Date.now() + 10_000;
      for (;;) {
        const response = await find(name);
        if (response.status === status || Date.now() > deadline) {
          return response;
        }
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    }

    const found = await until('acme', 200);
    expect(found.body).toMatchObject({
      kind: 'Resource',
      metadata: {
        annotations: {
          'backstage.io/managed-by-location': 'threewalls:lab/web-tenant-acme',
        },
      },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/guests' }],
    });

    reader.change(testTenant('globex'));
    expect((await until('globex', 200)).status).toBe(200);

    reader.remove('acme');
    expect((await until('acme', 404)).status).toBe(404);
  }, 30_000);
});
