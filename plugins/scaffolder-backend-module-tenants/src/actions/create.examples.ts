import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Create a tenant end to end',
    example: stringify({
      steps: [
        {
          id: 'create',
          name: 'Create a tenant end to end',
          action: 'tenant:create',
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
