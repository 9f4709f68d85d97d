import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Put up the walls of a tenant',
    example: stringify({
      steps: [
        {
          id: 'wallsApply',
          name: 'Put up the walls of a tenant',
          action: 'tenant:walls:apply',
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
