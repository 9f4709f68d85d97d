import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Create the namespace of a tenant',
    example: stringify({
      steps: [
        {
          id: 'namespaceApply',
          name: 'Create the namespace of a tenant',
          action: 'tenant:namespace:apply',
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
