import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Run n8n for a tenant',
    example: stringify({
      steps: [
        {
          id: 'n8nApply',
          name: 'Run n8n for a tenant',
          action: 'tenant:n8n:apply',
          input: {
            name: 'acme',
            owner: 'group:default/acme-team',
            size: 'small',
          },
        },
      ],
    }),
  },
];
