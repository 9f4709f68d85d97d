import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import {
  PermissionApi,
  permissionApiRef,
} from '@backstage/plugin-permission-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  TENANT_ANNOTATION,
  TENANT_SIGNAL_CHANNEL,
  Tenant,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { wallsCard } from '../plugin';
import { mockTenantsApi } from './mockTenantsApi';

/**
 * Renders the card on a tenant's entity page; what is read anew each time is acme's.
 *
 * @returns the mocked API, and how to send the card a signal
 */
export function renderCard(
  tenant: Tenant | (() => Promise<Tenant>),
  options: {
    authorize?: PermissionApi['authorize'];
  } & Partial<TenantsApi> = {},
) {
  const { authorize, ...answers } = options;
  const [name, getTenant] =
    typeof tenant === 'function'
      ? ['acme', tenant]
      : [tenant.name, async () => tenant];
  const api = mockTenantsApi({ getTenant, ...answers });
  const subscribers = new Map<string, (message: any) => void>();
  renderTestApp({
    extensions: [
      createTestEntityPage({
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: { name, annotations: { [TENANT_ANNOTATION]: name } },
          spec: { type: 'n8n-tenant', owner: 'guests' },
        },
      }),
      wallsCard,
    ],
    apis: [
      api,
      authorize ? [permissionApiRef, { authorize }] : mockApis.permission(),
      [
        signalApiRef,
        {
          subscribe(channel: string, onMessage: (message: any) => void) {
            subscribers.set(channel, onMessage);
            return { unsubscribe: () => subscribers.delete(channel) };
          },
        },
      ],
    ],
  });
  return {
    api,
    signal: (message: object) =>
      subscribers.get(TENANT_SIGNAL_CHANNEL)?.(message),
  };
}
