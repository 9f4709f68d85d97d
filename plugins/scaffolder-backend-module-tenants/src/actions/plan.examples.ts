import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Show what creating a tenant would change',
    example: stringify({
      steps: [
        {
          id: 'plan',
          name: 'Show what creating a tenant would change',
          action: 'tenant:plan',
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
