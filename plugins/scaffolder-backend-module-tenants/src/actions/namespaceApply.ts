import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './namespaceApply.examples';

/**
 * Creates a `tenant:namespace:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantNamespaceApplyAction(options: {
  engine: TenantEngine;
}) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:namespace:apply',
    description:
      'Creates or updates the namespace of a tenant and who may do what in it',
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages: ['namespace'],
        adopt: ctx.input.adopt,
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
    },
  });
}
