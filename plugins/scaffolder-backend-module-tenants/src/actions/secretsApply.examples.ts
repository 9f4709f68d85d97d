import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Give a tenant its secrets',
    example: stringify({
      steps: [
        {
          id: 'secretsApply',
          name: 'Give a tenant its secrets',
          action: 'tenant:secrets:apply',
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
