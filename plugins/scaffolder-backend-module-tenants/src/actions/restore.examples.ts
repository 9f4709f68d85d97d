import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Put a tenant back that somebody has changed by hand',
    example: stringify({
      steps: [
        {
          id: 'restore',
          name: 'Put a tenant back',
          action: 'tenant:restore',
          input: { name: 'acme' },
        },
      ],
    }),
  },
];
