import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { InputError } from '@backstage/errors';
import { tenantRemovePermission } from '@threewalls/backstage-plugin-tenants-common';
import { TenantEngine } from '../TenantEngine';
import { examples } from './remove.examples';

/**
 * Creates a `tenant:remove` Scaffolder action.
 *
 * @public
 */
export function createTenantRemoveAction(options: { engine: TenantEngine }) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:remove',
    description:
      'Takes a tenant away: pods, Vault entity, role and policy, secrets, namespace, in the order that never leaves it open; verifies that nothing is left',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: zod => zod.string({ description: 'Name of the tenant' }),
        confirm: zod =>
          zod.string({ description: 'Name of the tenant, typed again' }),
        keepData: zod =>
          zod
            .boolean({
              description:
                'Keep the namespace with its volumes and the KV entry, so that creating the tenant again brings them back',
            })
            .optional(),
        ifExists: zod =>
          zod
            .boolean({
              description:
                'Do nothing where there is no such tenant; for a clean-up step',
            })
            .optional(),
      },
      output: {
        removed: zod =>
          zod.boolean({ description: 'Whether the tenant is gone' }),
      },
    },
    async handler(ctx) {
      const { name, confirm, keepData, ifExists } = ctx.input;
      if (confirm !== name) {
        throw new InputError(
          `To remove tenant ${name}, type its name again; nothing was changed`,
        );
      }
      const tenant = await engine
        .tenantFor(ctx, name, tenantRemovePermission)
        .catch((error: Error) => {
          if (ifExists && error.name === 'NotFoundError') {
            return undefined;
          }
          throw error;
        });
      if (!tenant) {
        ctx.logger.info(`There is no tenant ${name}: nothing to remove`);
        ctx.output('removed', false);
        return;
      }
      if (ctx.isDryRun) {
        ctx.logger.info(`would remove tenant ${name} (${tenant.namespace})`);
        ctx.output('removed', false);
        return;
      }
      await engine.remove(ctx, tenant, { confirm, keepData });
      ctx.output('removed', true);
    },
  });
}
