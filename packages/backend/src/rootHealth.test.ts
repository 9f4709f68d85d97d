import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { startTestBackend } from '@backstage/backend-test-utils';
import {
  tenantsReadinessServiceRef,
  TenantsReadiness,
} from '@threewalls/backstage-plugin-tenants-backend';
import request from 'supertest';
import rootHealth from './rootHealth';

describe('rootHealth', () => {
  it('is not ready while the tenants plugin is not', async () => {
    let problem: string | undefined;
    const readiness: TenantsReadiness = {
      problem: async () => problem,
      use() {},
    };
    const { server } = await startTestBackend({
      features: [
        rootHealth,
        createServiceFactory({
          service: tenantsReadinessServiceRef,
          deps: {},
          factory: () => readiness,
        }),
        // Root services start with a plugin that needs them.
        createBackendPlugin({
          pluginId: 'test',
          register(env) {
            env.registerInit({
              deps: { health: coreServices.rootHealth },
              async init() {},
            });
          },
        }),
      ],
    });
    const get = (path: string) =>
      request(server).get(`/.backstage/health/v1/${path}`);

    expect((await get('readiness')).status).toBe(200);
    problem = 'The database of the tenants plugin is away';
    const away = await get('readiness');
    expect(away.status).toBe(503);
    expect(away.body).toEqual({ message: problem, status: 'error' });
    expect((await get('liveness')).status).toBe(200);
    problem = undefined;
    expect((await get('readiness')).status).toBe(200);
  });
});
