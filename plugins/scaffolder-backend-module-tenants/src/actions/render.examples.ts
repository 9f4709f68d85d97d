import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Write a tenant as files for a pull request',
    example: stringify({
      steps: [
        {
          id: 'render',
          name: 'Write a tenant as files for a pull request',
          action: 'tenant:render',
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
