import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Bring all outdated tenants of a cluster up to date',
    example: stringify({
      steps: [
        {
          id: 'rollOut',
          name: 'Bring all outdated tenants up to date',
          action: 'tenant:roll-out',
          input: { cluster: 'lab', first: 3, next: 20 },
        },
      ],
    }),
  },
];
