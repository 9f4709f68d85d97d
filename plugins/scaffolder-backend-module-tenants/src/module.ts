import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import { actions } from './actions';
import { TenantTasks } from './TenantTasks';

/**
 * Scaffolder actions that create, resize, restore, prove and remove tenants.
 *
 * @public
 */
export const scaffolderModuleTenants = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'tenants',
  register(reg) {
    reg.registerInit({
      deps: {
        scaffolder: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        discovery: coreServices.discovery,
      },
      async init({ scaffolder, discovery, auth, catalog }) {
        const tasks = new TenantTasks({
          tenants: new TenantsClient({ discoveryApi: discovery }),
          auth,
          catalog,
        });
        scaffolder.addActions(...actions.map(create => create(tasks)));
      },
    });
  },
});
