import {
  createTemplateAction,
  TemplateExample,
} from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { Stage } from '@threewalls/backstage-plugin-tenants-node';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';

/** An action that applies some stages of a tenant's plan, or all of them. */
export function createApplyAction(options: {
  engine: TenantEngine;
  id: string;
  description: string;
  examples: TemplateExample[];
  /** Default all */
  stages?: Stage[];
}) {
  const { engine, id, description, examples, stages } = options;
  return createTemplateAction({
    id,
    description,
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages,
        adopt: ctx.input.adopt,
        // Only the stage that seeds the tenant's entry in Vault looks at it.
        seed: { ownerPassword: ctx.secrets?.ownerPassword },
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
    },
  });
}
