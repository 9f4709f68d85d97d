import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef, entityRouteRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  PermissionApi,
  permissionApiRef,
} from '@backstage/plugin-permission-react';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';
import { tenants } from '../__fixtures__';
import { rootRouteRef, templateRouteRef } from '../routes';
import { mockTenantsApi } from './mockTenantsApi';

/** What a portal is like that a test renders something in. */
export interface Portal {
  /** What its backend answers otherwise than the fixtures */
  api?: Partial<TenantsApi>;
  /** The page's address */
  path?: string;
  /** What the user may do; everything unless it says otherwise */
  authorize?: PermissionApi['authorize'];
  /** What the user owns by */
  ownRefs?: string[];
  /** Templates in its catalog */
  templates?: string[];
}

/** Forbids everything. */
export const deny: PermissionApi['authorize'] = async () => ({
  result: AuthorizeResult.DENY,
});

/** The name that a group has in the portal's catalog. */
export const GROUP_TITLE = 'The Hooligans';

/**
 * Renders something in a portal whose backend has the fixtures' tenants.
 *
 * @returns the backend's API
 */
export function renderInPortal(element: JSX.Element, portal: Portal = {}) {
  const {
    path = '/',
    authorize,
    ownRefs = [tenants.acme.owner],
    templates = ['create-tenant', 'resize-tenant'],
  } = portal;
  const api = mockTenantsApi(portal.api);
  const group = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: 'hooli-team', namespace: 'default' },
    spec: { profile: { displayName: GROUP_TITLE } },
  };
  const entities = templates.map(name => ({
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name, namespace: 'default' },
    spec: {},
  }));
  renderInTestApp(element, {
    initialRouteEntries: [path],
    apis: [
      api,
      authorize ? [permissionApiRef, { authorize }] : mockApis.permission(),
      mockApis.storage(),
      mockApis.identity({ ownershipEntityRefs: ownRefs }),
      [catalogApiRef, catalogApiMock({ entities: [...entities, group] })],
    ],
    mountedRoutes: {
      '/catalog/:namespace/:kind/:name': entityRouteRef as any,
      '/create/templates/:namespace/:templateName': templateRouteRef,
      '/tenants': rootRouteRef,
    },
  });
  return api;
}
