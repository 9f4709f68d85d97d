import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

export const rootRouteRef = createRouteRef();

/** A report on tenants that the address names. */
export const reportRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/report',
});

export const tenantRouteRef = createRouteRef();

/** A template's form, for the links to create, resize and offboard. */
export const templateRouteRef = createExternalRouteRef({
  params: ['namespace', 'templateName'],
  defaultTarget: 'scaffolder.selectedTemplate',
});
