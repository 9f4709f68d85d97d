import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  TENANT_ANNOTATION,
  TENANT_SIGNAL_CHANNEL,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { wallsCard } from '../plugin';
import { mockTenantsApi } from './mockTenantsApi';

/**
 * Renders the card on a tenant's entity page.
 *
 * @returns the mocked API, and how to send the card a signal
 */
export function renderCard(
  getTenant: () => Promise<Tenant>,
  options: { allowed?: boolean; name?: string } = {},
) {
  const { allowed = true, name = 'acme' } = options;
  const api = mockTenantsApi({ getTenant });
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
      mockApis.permission({
        authorize: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
      }),
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
