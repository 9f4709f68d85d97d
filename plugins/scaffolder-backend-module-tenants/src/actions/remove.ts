import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { InputError } from '@backstage/errors';
import { flag, optional, text, texts } from '../fields';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';

export function createTenantRemoveAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:remove',
    description:
      'Takes a tenant away: pods, Vault entity, role and policy, secrets, namespace, in the order that never leaves it open; verifies that nothing is left',
    examples: examplesOf('tenant:remove'),
    supportsDryRun: true,
    schema: {
      input: {
        name: text('Name of the tenant'),
        confirm: text('Name of the tenant, typed again'),
        keepData: optional(
          flag(
            'Keep the namespace with its volumes and the KV entry, so that creating the tenant again brings them back',
          ),
        ),
        ifMadeHere: optional(
          flag(
            'Leave a tenant alone of which anything was applied for another task; for a clean-up step',
          ),
        ),
        ifExists: optional(
          flag('Do nothing where there is no such tenant; for a clean-up step'),
        ),
      },
      output: {
        removed: flag('Whether the tenant is gone'),
        kept: texts('What is still there, and why'),
        operationId: optional(text('Operation that holds the certificate')),
      },
    },
    async handler(ctx) {
      const { name, confirm, keepData, ifExists, ifMadeHere } = ctx.input;
      if (confirm !== name) {
        throw new InputError(
          `To remove tenant ${name}, type its name again; nothing was changed`,
        );
      }
      const started = await (ctx.isDryRun
        ? tasks.call(ctx, (tenants, request) =>
            tenants.getTenant(name, request),
          )
        : tasks.start(ctx, name, {
            kind: 'remove',
            confirm,
            keepData,
            ...(ifMadeHere && { ifMadeBy: ctx.task.id }),
          })
      ).catch((error: Error) => {
        if (ifExists && error.name === 'NotFoundError') {
          return undefined;
        }
        throw error;
      });
      ctx.output('kept', []);
      if (!started || 'namespace' in started) {
        ctx.logger.info(
          started
            ? `would remove tenant ${name} (${started.namespace})`
            : `There is no tenant ${name}: nothing to remove`,
        );
        ctx.output('removed', false);
        return;
      }
      const { id, certificate } = await tasks.follow(ctx, started);
      ctx.output('removed', true);
      ctx.output('kept', [...(certificate?.kept ?? [])]);
      ctx.output('operationId', id);
    },
  });
}
