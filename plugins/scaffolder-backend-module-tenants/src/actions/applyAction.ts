import {
  createTemplateAction,
  TemplateExample,
} from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { n8nUrl, Stage } from '@threewalls/backstage-plugin-tenants-node';
import { applyOutput, ownerPasswordOf, specInput, toSpec } from '../input';
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
      const ownerPassword = ownerPasswordOf(ctx.secrets);
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages,
        adopt: ctx.input.adopt,
        // Only the stage that seeds the tenant's entry in Vault looks at it.
        seed: { ownerPassword },
      });
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
      ctx.output('url', n8nUrl(spec, engine.platform));
    },
  });
}
