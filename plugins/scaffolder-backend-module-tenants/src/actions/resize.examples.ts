import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Give a tenant another size',
    example: stringify({
      steps: [
        {
          id: 'resize',
          name: 'Give a tenant another size',
          action: 'tenant:resize',
          input: { name: 'acme', size: 'medium' },
        },
      ],
    }),
  },
];
