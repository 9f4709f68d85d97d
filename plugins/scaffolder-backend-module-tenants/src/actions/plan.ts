import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './plan.examples';

/**
 * Creates a `tenant:plan` Scaffolder action.
 *
 * @public
 */
export function createTenantPlanAction(options: { engine: TenantEngine }) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:plan',
    description:
      'Shows what an apply of a tenant would change, by server-side dry run; changes nothing',
    examples,
    supportsDryRun: true,
    schema: {
      input: specInput,
      output: {
        exists: zod =>
          zod.boolean({
            description:
              'Whether anything of the tenant is there already; a clean-up must leave such a tenant alone',
          }),
        changes: zod =>
          zod.array(
            zod.object({
              stage: zod.string(),
              id: zod.string(),
              change: zod.enum(['create', 'update', 'none']),
              fields: zod.array(zod.string()),
            }),
            { description: 'What would become of each resource' },
          ),
      },
    },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const differences = await engine.diff(ctx, plan, {
        adopt: ctx.input.adopt,
      });
      ctx.output('exists', await engine.isThere(plan));
      ctx.output(
        'changes',
        differences.map(({ stage, id, change, fields }) => ({
          stage,
          id,
          change,
          fields: fields.map(f => f.field),
        })),
      );
    },
  });
}
