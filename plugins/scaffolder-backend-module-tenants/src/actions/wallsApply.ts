import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './wallsApply.examples';

/**
 * Creates a `tenant:walls:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantWallsApplyAction(options: {
  engine: TenantEngine;
}) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:walls:apply',
    description:
      'Puts up the walls of a tenant: network policies, quotas and limits, Vault policy and role',
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages: ['walls'],
        adopt: ctx.input.adopt,
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
    },
  });
}
