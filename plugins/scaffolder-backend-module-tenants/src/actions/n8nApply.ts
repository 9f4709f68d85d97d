import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './n8nApply.examples';

/**
 * Creates a `tenant:n8n:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantN8nApplyAction(options: { engine: TenantEngine }) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:n8n:apply',
    description: 'Runs n8n for a tenant and waits until it is ready',
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages: ['workload'],
        adopt: ctx.input.adopt,
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
    },
  });
}
