import { createApp } from '@backstage/frontend-defaults';
import {
  ApiBlueprint,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import appPlugin from '@backstage/plugin-app';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { createRoot } from 'react-dom/client';
// This is an app, if only for whoever develops the plugin.
// eslint-disable-next-line @backstage/no-ui-css-imports-in-non-frontend
import '@backstage/ui/css/styles.css';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports
import '../../../packages/app/src/theme.css';
import tenantsPlugin, { tenantsApiRef } from '../src';
import { tenantsScaffolderModule } from '../src/scaffolder';
import { entities, team } from './entities';
import { fakeTenantsApi } from './fakeTenantsApi';
import { fakeScaffolderApi, templateEntities } from './templates';

const app = createApp({
  features: [
    // Nobody signs in.
    appPlugin.withOverrides({
      extensions: [
        appPlugin.getExtension('sign-in-page:app').override({ disabled: true }),
      ],
    }),
    catalogPlugin,
    createFrontendModule({
      pluginId: 'catalog',
      extensions: [
        ApiBlueprint.make({
          params: defineParams =>
            defineParams({
              api: catalogApiRef,
              deps: {},
              factory: () =>
                catalogApiMock({
                  entities: [...entities, team, ...templateEntities],
                }),
            }),
        }),
      ],
    }),
    tenantsPlugin,
    scaffolderPlugin,
    tenantsScaffolderModule,
    createFrontendModule({
      pluginId: 'scaffolder',
      extensions: [
        ApiBlueprint.make({
          params: defineParams =>
            defineParams({
              api: scaffolderApiRef,
              deps: {},
              factory: () => fakeScaffolderApi,
            }),
        }),
      ],
    }),
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
              factory: fakeTenantsApi,
            }),
        }),
      ],
    }),
  ],
});

createRoot(document.getElementById('root')!).render(app.createRoot());
