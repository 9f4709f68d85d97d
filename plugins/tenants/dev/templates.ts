// Files of the repository: none is published with the plugin.
/* eslint-disable @backstage/no-relative-monorepo-imports */
import { Entity } from '@backstage/catalog-model';
import {
  ScaffolderApi,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';
import createTenant from '../../scaffolder-backend-module-tenants/templates/create-tenant/template.yaml';
import offboardTenant from '../../scaffolder-backend-module-tenants/templates/offboard-tenant/template.yaml';
import resizeTenant from '../../scaffolder-backend-module-tenants/templates/resize-tenant/template.yaml';

/** The portal's own templates, for the links to their forms. */
export const templateEntities = [
  createTenant,
  resizeTenant,
  offboardTenant,
] as unknown as Entity[];

/** As much of the scaffolder as a form needs; it runs nothing. */
export const fakeScaffolderApi = {
  async getTemplateParameterSchema(ref: string) {
    const name = ref.replace(/.*\//, '');
    const { metadata, spec } = templateEntities.find(
      template => template.metadata.name === name,
    ) as any;
    return {
      title: metadata.title,
      presentation: spec.presentation,
      steps: spec.parameters.map(({ title, description, ...schema }: any) => ({
        title,
        description,
        schema,
      })),
    } as TemplateParameterSchema;
  },
} as ScaffolderApi;
