import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const SPEC = { name: 'acme', owner: 'group:default/acme-team', size: 'small' };

interface Example {
  description: string;
  input?: object;
  if?: string;
}

const EXAMPLES: Record<string, Example[]> = {
  'tenant:create': [{ description: 'Create a tenant end to end' }],
  'tenant:namespace:apply': [
    { description: 'Create the namespace of a tenant' },
  ],
  'tenant:walls:apply': [{ description: 'Put up the walls of a tenant' }],
  'tenant:secrets:apply': [{ description: 'Give a tenant its secrets' }],
  'tenant:n8n:apply': [{ description: 'Run n8n for a tenant' }],
  'tenant:plan': [{ description: 'Show what creating a tenant would change' }],
  'tenant:render': [
    { description: 'Write a tenant as files for a pull request' },
  ],
  'tenant:resize': [
    {
      description: 'Give a tenant another size',
      input: { name: 'acme', size: 'medium' },
    },
  ],
  'tenant:restore': [
    {
      description: 'Restore a tenant that was changed by hand',
      input: { name: 'acme' },
    },
  ],
  'tenant:roll-out': [
    {
      description: 'Bring all outdated tenants of a cluster up to date',
      input: { cluster: 'lab', first: 3, next: 20 },
    },
  ],
  'tenant:walls:prove': [
    { description: 'Prove the walls of a tenant', input: { name: 'acme' } },
  ],
  'tenant:remove': [
    {
      description: 'Remove a tenant and everything it kept',
      input: { name: 'acme', confirm: 'acme' },
    },
    {
      description: 'Remove a tenant and keep its volumes and KV entry',
      input: { name: 'acme', confirm: 'acme', keepData: true },
    },
    {
      description:
        'Remove what a failed task created, and nothing that existed before',
      if: '${{ failure() and steps.plan.output.exists === false }}',
      input: {
        name: 'acme',
        confirm: 'acme',
        ifExists: true,
        ifMadeHere: true,
      },
    },
  ],
};

/** How an action is called, for its page in the portal. */
export function examplesOf(action: string): TemplateExample[] {
  return EXAMPLES[action].map(({ description, input = SPEC, ...rest }) => {
    const step = { id: 'tenant', name: description, ...rest, action, input };
    return { description, example: stringify({ steps: [step] }) };
  });
}
