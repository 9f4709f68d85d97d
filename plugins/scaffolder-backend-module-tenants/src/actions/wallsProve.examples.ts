import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Prove the walls of a tenant',
    example: stringify({
      steps: [
        {
          id: 'prove',
          name: 'Prove the walls of a tenant',
          action: 'tenant:walls:prove',
          input: { name: 'acme' },
        },
      ],
    }),
  },
];
