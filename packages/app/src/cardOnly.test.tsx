import { screen } from '@testing-library/react';
import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import tenantsPlugin, {
  tenantsApiRef,
} from '@threewalls/backstage-plugin-tenants';

/** Every extension of the plugin but the card and the API that it asks. */
const DISABLED = [
  'entity-content:tenants/tenant',
  'page:tenants',
  'home-page-widget:tenants/walls',
  'scaffolder-form-field:tenants/tenant-name',
  'scaffolder-form-field:tenants/tenant-size',
  'scaffolder-form-field:tenants/tenant-egress',
  'scaffolder-template-outputs:tenants/walls',
];

const provedAt = '2026-11-24T08:00:00Z';
const tenant = {
  name: 'acme',
  owner: 'group:default/acme-team',
  phase: 'ready',
  walls: ['network', 'secret', 'resource'].map(wall => ({
    wall,
    status: 'holds',
    stale: false,
    summary: 'All refused as expected',
    provedAt,
  })),
};

const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: { name: 'acme', annotations: { 'threewalls.io/tenant': 'acme' } },
  spec: { type: 'n8n-tenant', owner: 'acme-team' },
};

describe('an app that shows only the card', () => {
  it('has it on a tenant’s page, and nothing else of the plugin', async () => {
    renderTestApp({
      features: [catalogPlugin, tenantsPlugin],
      initialRouteEntries: ['/catalog/default/resource/acme'],
      config: { app: { extensions: DISABLED.map(id => ({ [id]: false })) } },
      apis: [
        [tenantsApiRef, { getTenant: async () => tenant as any }],
        mockApis.permission(),
        catalogApiMock({ entities: [entity] }),
      ],
    });

    await screen.findByRole('button', { name: /Network wall.*holds/ });
    expect(screen.getByRole('button', { name: 'Prove now' })).toBeEnabled();
    // Neither the tab, beside this one, nor the page, in the sidebar.
    expect(screen.getByRole('link', { name: 'Overview' })).toBeInTheDocument();
    expect(screen.queryByText(/^Tenants?$/)).not.toBeInTheDocument();
  });
});
