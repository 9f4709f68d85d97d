import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { tenantReadPermission } from '@threewalls/backstage-plugin-tenants-common';
import Router from 'express-promise-router';

/**
 * What the bare stack can do: routes behind the same middleware, sign-in, logging
 * and one decision of the permission backend that hand out as many bytes as they are
 * told.
 */
const floor = createBackendPlugin({
  pluginId: 'floor',
  register(env) {
    env.registerInit({
      deps: {
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        permissions: coreServices.permissions,
      },
      async init({ httpAuth, httpRouter, permissions }) {
        const router = Router();
        const bodies = new Map<string, Buffer>();
        router.get('/bytes/:size', async (req, res) => {
          const credentials = await httpAuth.credentials(req, {
            allow: ['user'],
          });
          const permission = tenantReadPermission;
          await permissions.authorizeConditional([{ permission }], {
            credentials,
          });
          const { size } = req.params;
          const body = bodies.get(size) ?? Buffer.alloc(Number(size), ' ');
          bodies.set(size, body);
          res.setHeader('Content-Type', 'application/json');
          res.setHeader('Content-Length', body.length);
          res.end(body);
        });
        httpRouter.use(router);
      },
    });
  },
});

// The tenants plugin in the stack that a portal has: sign-in, permissions.
const backend = createBackend();
backend.add(floor);
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-guest-provider'));
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(
  import('@backstage/plugin-permission-backend-module-allow-all-policy'),
);
backend.add(import('@threewalls/backstage-plugin-tenants-backend'));
backend.start();
