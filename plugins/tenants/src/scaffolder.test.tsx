import { screen } from '@testing-library/react';
import {
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { renderTestApp } from '@backstage/frontend-test-utils';
import { tenantsScaffolderModule } from './scaffolder';

const wizard = (pluginId: string) =>
  createFrontendPlugin({
    pluginId,
    extensions: [
      PageBlueprint.make({
        params: { path: '/create', loader: async () => <button>Start</button> },
      }),
    ],
  });

const isRed = async (pluginId: string, form: string) => {
  renderTestApp({
    features: [wizard(pluginId), tenantsScaffolderModule],
    initialRouteEntries: [`/create/templates/${form}`],
  });
  const button = await screen.findByRole('button', { name: 'Start' });
  return button.closest('[class*=danger]') !== null;
};

// Of the button itself there is a look in the journey, on the scaffolder's own page.
it.each([
  ['scaffolder', 'default/offboard-tenant', true],
  ['scaffolder', 'default/resize-tenant', false],
  ['scaffolder', 'default/not-offboard-tenant', false],
  ['other', 'default/offboard-tenant', false],
])('%s at %s: %s', async (pluginId, form, expected) => {
  expect(await isRed(pluginId, form)).toBe(expected);
});
