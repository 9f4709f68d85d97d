import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { InputError } from '@backstage/errors';
import { tenantResizePermission } from '@threewalls/backstage-plugin-tenants-common';
import { n8nUrl, planTenant } from '@threewalls/backstage-plugin-tenants-node';
import { applyOutput } from '../input';
import { TenantEngine } from '../TenantEngine';
import { examples } from './resize.examples';

/**
 * Creates a `tenant:resize` Scaffolder action.
 *
 * @public
 */
export function createTenantResizeAction(options: { engine: TenantEngine }) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:resize',
    description:
      'Gives an existing tenant another size: quotas, limits and n8n; nothing else of its spec changes',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: zod => zod.string({ description: 'Name of the tenant' }),
        size: zod => zod.string({ description: 'Size under tenants.sizes' }),
      },
      output: applyOutput,
    },
    async handler(ctx) {
      const { name, size } = ctx.input;
      const tenant = await engine.tenantFor(ctx, name, tenantResizePermission);
      if (tenant.phase === 'removing') {
        throw new InputError(`Tenant ${name} is being removed`);
      }
      const plan = planTenant({ ...tenant.spec, size }, engine.platform);
      const count = await engine.apply(ctx, plan, {});
      ctx.output('namespace', plan.names.namespace);
      ctx.output('created', count.created);
      ctx.output('updated', count.updated);
      ctx.output('unchanged', count.unchanged);
      ctx.output('url', n8nUrl(tenant, engine.platform));
    },
  });
}
