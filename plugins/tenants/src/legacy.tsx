/**
 * The plugin for apps on the old frontend system: the same components, as its extensions.
 *
 * @packageDocumentation
 */
import { ComponentType } from 'react';
import { Entity } from '@backstage/catalog-model';
import {
  compatWrapper,
  convertLegacyRouteRef,
} from '@backstage/core-compat-api';
import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
} from '@backstage/core-plugin-api';
import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import { FormFieldExtensionData } from '@backstage/plugin-scaffolder-react/alpha';
import { TENANT_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiFactory, tenantsApiRef } from './api';
import * as fields from './components/FormFields';
import {
  reportRouteRef,
  rootRouteRef,
  templateRouteRef,
  tenantRouteRef,
} from './routes';

export { tenantsApiRef };

/**
 * The tenants plugin of the old frontend system.
 *
 * @public
 */
export const tenantsPlugin = createPlugin({
  id: 'tenants',
  apis: [createApiFactory(tenantsApiFactory)],
  routes: {
    root: convertLegacyRouteRef(rootRouteRef),
    report: convertLegacyRouteRef(reportRouteRef),
    entityContent: convertLegacyRouteRef(tenantRouteRef),
  },
  externalRoutes: { template: convertLegacyRouteRef(templateRouteRef) },
});

/** Gives a component what the new frontend system would. */
const compatible = (Component: ComponentType) => () =>
  compatWrapper(<Component />);

/**
 * Whether the tab and the card have something to show for an entity.
 *
 * @public
 */
export function isTenantAvailable(entity: Entity): boolean {
  return Boolean(entity.metadata.annotations?.[TENANT_ANNOTATION]);
}

/**
 * The card of a tenant's walls, for its entity page.
 *
 * @public
 */
export const EntityWallsCard = tenantsPlugin.provide(
  createComponentExtension({
    name: 'EntityWallsCard',
    component: {
      lazy: () =>
        import('./components/Walls').then(m => compatible(m.EntityWallsCard)),
    },
  }),
);

/**
 * The tab of a tenant, for its entity page.
 *
 * @public
 */
export const EntityTenantContent = tenantsPlugin.provide(
  createRoutableExtension({
    name: 'EntityTenantContent',
    mountPoint: convertLegacyRouteRef(tenantRouteRef),
    component: () =>
      import('./components/TenantTab').then(m => compatible(m.EntityTenantTab)),
  }),
);

/**
 * The page of all tenants, and of their reports.
 *
 * @public
 */
export const TenantsPage = tenantsPlugin.provide(
  createRoutableExtension({
    name: 'TenantsPage',
    mountPoint: convertLegacyRouteRef(rootRouteRef),
    component: () =>
      import('./components/TenantsPage').then(m => compatible(m.TenantsRoutes)),
  }),
);

function fieldExtension(field: FormFieldExtensionData) {
  const { component: Field, schema, ...rest } = field;
  return tenantsPlugin.provide(
    createScaffolderFieldExtension({
      ...rest,
      schema: schema?.schema,
      component: props => compatWrapper(<Field {...props} />),
    }),
  );
}

/** @public */
export const TenantNameFieldExtension = fieldExtension(fields.TenantName);

/** @public */
export const TenantOwnerFieldExtension = fieldExtension(fields.TenantOwner);

/** @public */
export const TenantClusterFieldExtension = fieldExtension(fields.TenantCluster);

/** @public */
export const TenantSizeFieldExtension = fieldExtension(fields.TenantSize);

/** @public */
export const TenantEgressFieldExtension = fieldExtension(fields.TenantEgress);

/** @public */
export const TenantPickerFieldExtension = fieldExtension(fields.TenantPicker);

/** @public */
export const TenantPreviewFieldExtension = fieldExtension(fields.TenantPreview);

/** @public */
export const TenantRemovalFieldExtension = fieldExtension(fields.TenantRemoval);
