import {
  ApiBlueprint,
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { HomePageWidgetBlueprint } from '@backstage/plugin-home-react/alpha';
import { RiShieldCheckLine } from '@remixicon/react';
import { TENANT_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiFactory } from './api';
import { formFields } from './formFields';
import { taskOutputs } from './taskOutputs';
import {
  reportRouteRef,
  rootRouteRef,
  templateRouteRef,
  tenantRouteRef,
} from './routes';

const isTenant = {
  [`metadata.annotations.${TENANT_ANNOTATION}`]: { $exists: true },
};

export const tenantsApi = ApiBlueprint.make({
  params: defineParams => defineParams(tenantsApiFactory),
});

export const wallsCard = EntityCardBlueprint.make({
  name: 'walls',
  params: {
    type: 'content',
    filter: isTenant,
    loader: () => import('./components/Walls').then(m => <m.EntityWallsCard />),
  },
});

export const tenantContent = EntityContentBlueprint.make({
  name: 'tenant',
  params: {
    path: '/tenant',
    title: 'Tenant',
    icon: <RiShieldCheckLine />,
    filter: isTenant,
    routeRef: tenantRouteRef,
    loader: () =>
      import('./components/TenantTab').then(m => <m.EntityTenantTab />),
  },
});

export const tenantsPage = PageBlueprint.make({
  params: {
    path: '/tenants',
    title: 'Tenants',
    icon: <RiShieldCheckLine />,
    routeRef: rootRouteRef,
    loader: () =>
      import('./components/TenantsPage').then(m => <m.TenantsRoutes />),
  },
});

export const tenantsHomeWidget = HomePageWidgetBlueprint.make({
  name: 'walls',
  params: {
    name: 'TenantsWalls',
    description: 'The tenants and their three walls',
    components: () =>
      import('./components/TenantsPage').then(m => ({
        Content: m.TenantsWidget,
      })),
    // The widget is a card already: without this it would sit in a second one.
    componentProps: {
      Renderer: ({ Content }: { Content: () => JSX.Element }) => <Content />,
    },
  },
});

/**
 * The tenants plugin: an entity card, an entity tab, a page, a home widget,
 * fields for the forms of templates, and the output of their tasks.
 *
 * @public
 */
export const tenantsPlugin = createFrontendPlugin({
  pluginId: 'tenants',
  title: 'Tenants',
  icon: <RiShieldCheckLine />,
  info: {
    // As much as Backstage shows of it: the rest is not for browsers.
    packageJson: () =>
      import(
        /* webpackExports: ["name", "version", "description", "homepage", "repository", "backstage"] */ '../package.json'
      ),
  },
  routes: {
    root: rootRouteRef,
    report: reportRouteRef,
    entityContent: tenantRouteRef,
  },
  externalRoutes: { template: templateRouteRef },
  extensions: [
    tenantsApi,
    wallsCard,
    tenantContent,
    tenantsPage,
    tenantsHomeWidget,
    ...formFields,
    ...(taskOutputs ? [taskOutputs] : []),
  ],
});
