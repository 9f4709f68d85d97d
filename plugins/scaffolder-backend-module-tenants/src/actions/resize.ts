import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { applyOutput } from '../input';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';
import { runApply } from './runApply';

/**
 * Creates a `tenant:resize` Scaffolder action.
 *
 * @public
 */
export function createTenantResizeAction(options: { tasks: TenantTasks }) {
  const { tasks } = options;
  return createTemplateAction({
    id: 'tenant:resize',
    description:
      'Gives an existing tenant another size: quotas, limits and n8n; nothing else of its spec changes',
    examples: examplesOf('tenant:resize'),
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
      await runApply(ctx, tasks, name, { kind: 'apply', size });
    },
  });
}
