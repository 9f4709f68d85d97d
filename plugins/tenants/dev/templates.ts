import { Entity } from '@backstage/catalog-model';
import {
  ScaffolderApi,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';

const size = { title: 'Size', type: 'string', 'ui:field': 'TenantSize' };
const tenant = (permission: 'resize' | 'remove') => ({
  title: 'Tenant',
  type: 'string',
  'ui:field': 'TenantPicker',
  'ui:options': { permission },
});
const egress = (title: string, kind: 'host' | 'cidr') => ({
  title,
  type: 'array',
  items: { type: 'string' },
  description: 'One per line',
  'ui:field': 'TenantEgress',
  'ui:hideError': true,
  'ui:options': { kind },
});
const choice = (
  title: string,
  value: boolean,
  options: [boolean, string][],
) => ({
  title,
  type: 'boolean',
  default: value,
  enum: options.map(([option]) => option),
  enumNames: options.map(([, name]) => name),
  'ui:widget': 'radio',
});
const preview = {
  title: 'Preview',
  type: 'string',
  'ui:field': 'TenantPreview',
};

type Steps = [title: string, required: string[], properties: object][];

/** The forms of the templates, as far as they show this plugin's fields. */
const TEMPLATES: Record<
  string,
  { title: string; label: string; steps: Steps }
> = {
  'create-tenant': {
    title: 'Create an n8n tenant',
    label: 'Create tenant',
    steps: [
      [
        'Tenant',
        ['name', 'owner'],
        {
          name: {
            title: 'Name',
            type: 'string',
            default: '',
            description:
              "Lowercase letters, digits and dashes. Can't be changed later",
            'ui:field': 'TenantName',
            'ui:hideError': true,
          },
          owner: {
            title: 'Owner',
            type: 'string',
            default: '',
            description: 'The group that owns the tenant. You must be a member',
            'ui:field': 'TenantOwner',
          },
          cluster: {
            title: 'Cluster',
            type: 'string',
            'ui:field': 'TenantCluster',
          },
          size: { ...size, default: 'small' },
        },
      ],
      [
        'Allowed destinations',
        [],
        {
          egressHosts: egress('Hosts', 'host'),
          egressCidrs: egress('IPv4 ranges', 'cidr'),
          allowInternet: choice('Broad ranges', false, [
            [false, 'Refuse'],
            [true, 'Allow'],
          ]),
        },
      ],
      [
        'n8n',
        [],
        {
          email: { title: 'Sign-in e-mail of the first user', type: 'string' },
          preview,
        },
      ],
    ],
  },
  'resize-tenant': {
    title: 'Resize an n8n tenant',
    label: 'Resize tenant',
    steps: [
      [
        'Tenant and size',
        ['tenant', 'size'],
        { tenant: tenant('resize'), size, preview },
      ],
    ],
  },
  'offboard-tenant': {
    title: 'Offboard an n8n tenant',
    label: 'Offboard tenant',
    steps: [
      [
        'Tenant',
        ['tenant', 'confirm'],
        {
          tenant: tenant('remove'),
          keepData: choice('Its data', true, [
            [
              true,
              'Keep the volume and the Vault entry, so that creating the tenant again brings everything back',
            ],
            [false, 'Delete everything'],
          ]),
          confirm: {
            title: "Type the tenant's name",
            type: 'string',
            'ui:field': 'TenantRemoval',
            'ui:hideError': true,
          },
        },
      ],
    ],
  },
};

/** The templates in the catalog, for the links to their forms. */
export const templateEntities: Entity[] = Object.entries(TEMPLATES).map(
  ([name, { title }]) => ({
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name, title, namespace: 'default' },
    spec: { type: 'n8n-tenant', parameters: [], steps: [] },
  }),
);

/** As much of the scaffolder as a form needs; it runs nothing. */
export const fakeScaffolderApi = {
  async getTemplateParameterSchema(ref: string) {
    const { title, label, steps } = TEMPLATES[ref.replace(/.*\//, '')];
    return {
      title,
      presentation: { buttonLabels: { createButtonText: label } },
      steps: steps.map(([stepTitle, required, properties]) => ({
        title: stepTitle,
        schema: { required, properties } as any,
      })),
    } as TemplateParameterSchema;
  },
} as ScaffolderApi;
