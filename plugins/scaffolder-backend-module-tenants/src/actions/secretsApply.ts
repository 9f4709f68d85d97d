import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, specInput, toSpec } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './secretsApply.examples';

/**
 * Creates a `tenant:secrets:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantSecretsApplyAction(options: {
  engine: TenantEngine;
}) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:secrets:apply',
    description:
      'Gives a tenant its identity and secrets: ServiceAccounts, KV entry, SecretStore, ExternalSecret. Takes the first password of n8n’s owner from the task’s secret ownerPassword',
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const spec = toSpec(ctx.input, engine.platform);
      const plan = await engine.planFor(ctx, spec, tenantCreatePermission);
      const count = await engine.apply(ctx, plan, {
        stages: ['identity', 'store', 'secret'],
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
