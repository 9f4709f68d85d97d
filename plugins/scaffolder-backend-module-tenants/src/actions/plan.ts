import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { flag, optional, text } from '../fields';
import { specInput, toSource, toSpec } from '../input';
import { TenantTasks } from '../TenantTasks';
import { adoptionText } from '../taskLog';
import { examplesOf } from './examples';

export function createTenantPlanAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:plan',
    description:
      'Shows what an apply of a tenant would change, and fails where it would be refused; changes nothing',
    examples: examplesOf('tenant:plan'),
    supportsDryRun: true,
    schema: {
      input: specInput,
      output: {
        exists: flag(
          'Whether anything of the tenant is there already; a clean-up must leave such a tenant alone',
        ),
        adoption: optional(
          text(
            'Markdown: how the hand-made n8n becomes the tenant, with the scripts for an administrator',
          ),
        ),
        changes: zod =>
          zod.array(
            zod.object({
              stage: zod.string(),
              id: zod.string(),
              change: zod.enum(['create', 'update', 'remove', 'none']),
              fields: zod.array(zod.string()),
            }),
            { description: 'What would become of each resource' },
          ),
      },
    },
    async handler(ctx) {
      const { exists, present, resources, adoption } = await tasks.preview(
        ctx,
        {
          ...toSpec(ctx.input),
          adopt: ctx.input.adopt,
          from: toSource(ctx.input),
        },
      );
      if (adoption) {
        ctx.output('adoption', adoptionText(adoption));
      }
      ctx.output('exists', exists || present);
      ctx.output(
        'changes',
        Array.from(resources, ({ stage, id, change, fields }) => ({
          stage,
          id,
          change,
          fields: Array.from(fields, f => f.field),
        })),
      );
    },
  });
}
