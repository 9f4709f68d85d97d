import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import * as actions from './actions';
import { TenantAuthorizer } from './TenantAuthorizer';
import { TenantEngine } from './TenantEngine';

/**
 * Scaffolder actions that create, resize, prove and remove tenants.
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
        config: coreServices.rootConfig,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        discovery: coreServices.discovery,
        permissions: coreServices.permissions,
        userInfo: coreServices.userInfo,
      },
      async init({ scaffolder, config, discovery, ...services }) {
        const platform = readPlatform(config);
        const clusters = Clusters.fromPlatform(platform);
        const engine = TenantEngine.create({
          ...services,
          platform,
          clusters,
          authorizer: TenantAuthorizer.create({ ...services, clusters }),
          tenants: new TenantsClient({ discoveryApi: discovery }),
        });
        scaffolder.addActions(
          ...Object.values(actions).map(create => create({ engine })),
        );
      },
    });
  },
});
