import { createBackend } from '@backstage/backend-defaults';

const backend = createBackend();

// Not ready while the tenants plugin's database is away
backend.add(import('./rootHealth'));

// The front end, as it was last built
backend.add(import('@backstage/plugin-app-backend'));

backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-guest-provider'));

backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(
  import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
);

backend.add(import('@backstage/plugin-permission-backend'));
backend.add(import('./tenantsPolicy'));

backend.add(import('@backstage/plugin-notifications-backend'));
backend.add(import('@backstage/plugin-scaffolder-backend'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-user-settings-backend'));

backend.add(import('@threewalls/backstage-plugin-tenants-backend'));
backend.add(
  import('@threewalls/backstage-plugin-catalog-backend-module-tenants'),
);
backend.add(
  import('@threewalls/backstage-plugin-scaffolder-backend-module-tenants'),
);

backend.add(import('./forgetSecrets'));
backend.add(import('./lab'));

backend.start();
