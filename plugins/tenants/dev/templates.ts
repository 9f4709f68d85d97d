import { Entity } from '@backstage/catalog-model';
import {
  ScaffolderApi,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';

const size = { title: 'Size', type: 'string', 'ui:field': 'TenantSize' };
const tenant = {
  title: 'Tenant',
  type: 'string',
  'ui:field': 'EntityPicker',
  'ui:options': {
    allowArbitraryValues: false,
    defaultKind: 'Resource',
    catalogFilter: { kind: 'Resource', 'spec.type': 'n8n-tenant' },
  },
};
const egress = (title: string, kind: 'host' | 'cidr') => ({
  title,
  type: 'array',
  items: { type: 'string' },
  description: 'One per line',
  'ui:field': 'TenantEgress',
  'ui:hideError': true,
  'ui:options': { kind },
});

const preview = {
  title: 'Preview',
  schema: {
    properties: {
      preview: {
        title: 'Preview',
        type: 'string',
        'ui:field': 'TenantPreview',
        'ui:backstage': { review: { show: false } },
      },
    },
  } as TemplateParameterSchema['steps'][number]['schema'],
};

/** The forms of the templates, as far as they show this plugin's fields. */
const TEMPLATES: Record<string, TemplateParameterSchema> = {
  'create-tenant': {
    title: 'Create an n8n tenant',
    steps: [
      {
        title: 'Tenant',
        schema: {
          required: ['name', 'owner', 'cluster', 'size'],
          properties: {
            name: {
              title: 'Name',
              type: 'string',
              description: "Can't be changed later",
              'ui:field': 'TenantName',
              'ui:hideError': true,
            },
            owner: {
              title: 'Owner',
              type: 'string',
              default: 'group:default/acme-team',
            },
            cluster: {
              title: 'Cluster',
              type: 'string',
              'ui:field': 'TenantCluster',
            },
            size: { ...size, default: 'small' },
          },
        },
      },
      {
        title: 'Allowed destinations',
        schema: {
          properties: {
            egressHosts: egress('Hosts', 'host'),
            egressCidrs: egress('IPv4 ranges', 'cidr'),
          },
        },
      },
      preview,
    ],
  },
  'resize-tenant': {
    title: 'Resize an n8n tenant',
    steps: [
      {
        title: 'Tenant and size',
        schema: { required: ['tenant', 'size'], properties: { tenant, size } },
      },
      preview,
    ],
  },
  'offboard-tenant': {
    title: 'Offboard an n8n tenant',
    steps: [
      {
        title: 'Tenant',
        schema: {
          required: ['tenant', 'confirm'],
          properties: {
            tenant,
            keepData: {
              title: 'Keep its data',
              type: 'boolean',
              default: false,
            },
            confirm: {
              title: "Type the tenant's name",
              type: 'string',
              'ui:field': 'TenantRemoval',
              'ui:hideError': true,
            },
          },
        },
      },
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
    return TEMPLATES[ref.replace(/.*\//, '')];
  },
} as ScaffolderApi;
