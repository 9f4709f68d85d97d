import {
  ApiBlueprint,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import { createDevApp } from '@backstage/frontend-dev-utils';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import tenantsPlugin, { tenantsApiRef } from '../src';
import { entities } from './entities';
import { FakeTenantsApi } from './FakeTenantsApi';

createDevApp({
  features: [
    catalogPlugin,
    createFrontendModule({
      pluginId: 'catalog',
      extensions: [
        ApiBlueprint.make({
          params: defineParams =>
            defineParams({
              api: catalogApiRef,
              deps: {},
              factory: () => catalogApiMock({ entities }),
            }),
        }),
      ],
    }),
    tenantsPlugin,
    createFrontendModule({
      pluginId: 'app',
      extensions: [
        ApiBlueprint.make({
          name: 'permission',
          params: defineParams =>
            defineParams({
              api: permissionApiRef,
              deps: {},
              factory: () => ({
                authorize: async () => ({ result: AuthorizeResult.ALLOW }),
              }),
            }),
        }),
      ],
    }),
    createFrontendModule({
      pluginId: 'tenants',
      extensions: [
        ApiBlueprint.make({
          params: defineParams =>
            defineParams({
              api: tenantsApiRef,
              deps: {},
              factory: () => new FakeTenantsApi(),
            }),
        }),
      ],
    }),
  ],
});
