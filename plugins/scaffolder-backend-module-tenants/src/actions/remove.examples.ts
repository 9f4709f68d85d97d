import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Remove a tenant and everything it kept',
    example: stringify({
      steps: [
        {
          id: 'remove',
          name: 'Remove a tenant and everything it kept',
          action: 'tenant:remove',
          input: { name: 'acme', confirm: 'acme' },
        },
      ],
    }),
  },
  {
    description: 'Remove a tenant and keep its volumes and KV entry',
    example: stringify({
      steps: [
        {
          id: 'remove',
          name: 'Remove a tenant and keep its data',
          action: 'tenant:remove',
          input: { name: 'acme', confirm: 'acme', keepData: true },
        },
      ],
    }),
  },
  {
    description:
      'Remove what a failed task created, and nothing that existed before',
    example: stringify({
      steps: [
        {
          id: 'cleanUp',
          name: 'Clean up',
          if: '${{ failure() and steps.plan.output.exists === false }}',
          action: 'tenant:remove',
          input: {
            name: 'acme',
            confirm: 'acme',
            ifExists: true,
            ifMadeHere: true,
          },
        },
      ],
    }),
  },
];
