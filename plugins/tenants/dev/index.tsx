import { createApp } from '@backstage/frontend-defaults';
import {
  ApiBlueprint,
  ApiRef,
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

/** A plugin's API as it is here. */
function withApi<T>(pluginId: string, api: ApiRef<T>, factory: () => T) {
  const params = { api, deps: {}, factory };
  // A name of its own where it is none of the plugin's own APIs.
  const name = pluginId === 'app' ? 'permission' : undefined;
  return createFrontendModule({
    pluginId,
    extensions: [ApiBlueprint.make({ name, params: make => make(params) })],
  });
}

const app = createApp({
  features: [
    // Nobody signs in.
    appPlugin.withOverrides({
      extensions: [
        appPlugin.getExtension('sign-in-page:app').override({ disabled: true }),
      ],
    }),
    catalogPlugin,
    tenantsPlugin,
    scaffolderPlugin,
    tenantsScaffolderModule,
    withApi('tenants', tenantsApiRef, fakeTenantsApi),
    withApi('scaffolder', scaffolderApiRef, () => fakeScaffolderApi),
    withApi('catalog', catalogApiRef, () =>
      catalogApiMock({ entities: [...entities, team, ...templateEntities] }),
    ),
    withApi('app', permissionApiRef, () => ({
      authorize: async () => ({ result: AuthorizeResult.ALLOW }),
    })),
  ],
});

createRoot(document.getElementById('root')!).render(app.createRoot());
