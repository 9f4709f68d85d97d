import { ComponentProps } from 'react';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { render, screen } from '@testing-library/react';
import { ReviewState } from '@backstage/plugin-scaffolder-react/alpha';
import { parse } from 'yaml';

const TEMPLATES = resolve(
  __dirname,
  '../../../../scaffolder-backend-module-tenants/templates',
);

type Values = ComponentProps<typeof ReviewState>['formState'];

/** The rows of a template's review, and what its button says. */
function review(template: string, values: Values) {
  const { spec } = parse(
    readFileSync(resolve(TEMPLATES, template, 'template.yaml'), 'utf8'),
    { merge: true },
  );
  // As a form has them: defaults first, in the order of its pages.
  const defaults = spec.parameters.flatMap(({ properties }: any) =>
    Object.entries<any>(properties).flatMap(([key, property]) => {
      const value = property.type === 'array' ? [] : property.default;
      return value === undefined ? [] : [[key, value]];
    }),
  );
  render(
    <ReviewState
      formState={{ ...Object.fromEntries(defaults), ...values }}
      schemas={spec.parameters.map((schema: any) => ({
        uiSchema: {},
        mergedSchema: schema,
        schema,
        title: schema.title,
      }))}
    />,
  );
  const rows = screen
    .getAllByRole('row')
    .map(row => [...row.querySelectorAll('td')].map(td => td.textContent));
  return { rows, button: spec.presentation.buttonLabels.createButtonText };
}

describe('the review of a form', () => {
  it.each<[string, Values, string[][], string]>([
    [
      'create-tenant',
      {
        size: 'medium',
        owner: 'acme-team',
        name: 'acme',
        egressCidrs: ['203.0.113.0/24'],
        preview: 'web-tenant-acme on lab is new: 20 objects to create',
      },
      [
        ['Name', 'acme'],
        ['Owner', 'acme-team'],
        ['Size', 'medium'],
        ['IPv4 ranges', '203.0.113.0/24'],
        ['Broad ranges', 'Refuse'],
        ['If creation fails', 'Keep what was created so I can retry'],
        ['Preview', 'web-tenant-acme on lab is new: 20 objects to create'],
      ],
      'Create tenant',
    ],
    [
      'create-tenant',
      { name: 'acme', owner: 'acme-team', egressHosts: ['a.test', 'b.test'] },
      [
        ['Name', 'acme'],
        ['Owner', 'acme-team'],
        ['Size', 'small'],
        ['Hosts', 'a.testb.test'],
        ['Broad ranges', 'Refuse'],
        ['If creation fails', 'Keep what was created so I can retry'],
      ],
      'Create tenant',
    ],
    [
      'resize-tenant',
      {
        size: 'medium',
        preview: 'web-tenant-acme on lab: 0 to create, 5 to change',
        tenant: 'acme',
      },
      [
        ['Tenant', 'acme'],
        ['Size', 'medium'],
        ['Preview', 'web-tenant-acme on lab: 0 to create, 5 to change'],
      ],
      'Resize tenant',
    ],
    [
      'offboard-tenant',
      { keepData: false, confirm: 'acme', tenant: 'acme' },
      [
        ['Tenant', 'acme'],
        ['Its data', 'Delete everything'],
      ],
      'Offboard tenant',
    ],
    [
      'restore-tenant',
      { tenant: 'acme' },
      [
        ['Tenant', 'acme'],
        ['Objects that belong to something else', 'Leave them and fail'],
        ['Encryption key', 'Keep the key in Vault'],
      ],
      'Restore tenant',
    ],
    [
      'roll-out',
      { cluster: 'lab' },
      [
        [
          'Tenants to include',
          'Outdated tenants, whose plan has changed since it was last applied',
        ],
        ['Tenants in the first wave', '3'],
        ['Tenants in each wave after it', '20'],
        ['Cluster', 'lab'],
      ],
      'Start roll-out',
    ],
  ])('%s has what was said, %j', (template, values, rows, button) => {
    expect(review(template, values)).toEqual({ rows, button });
  });
});
