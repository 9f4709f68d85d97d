import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './create.examples';

/**
 * Creates a `tenant:create` Scaffolder action.
 *
 * @public
 */
export function createTenantCreateAction(options: { engine: TenantEngine }) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:create',
    description:
      'Creates a tenant end to end: all stages in their order. Running it again resumes, or changes nothing',
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        adopt: ctx.input.adopt,
        seed: { ownerPassword: ctx.secrets?.ownerPassword },
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
    },
  });
}
