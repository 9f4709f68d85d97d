import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { applyOutput } from '../input';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';
import { runApply } from './runApply';

/**
 * Creates a `tenant:restore` Scaffolder action.
 *
 * @public
 */
export function createTenantRestoreAction(options: { tasks: TenantTasks }) {
  const { tasks } = options;
  return createTemplateAction({
    id: 'tenant:restore',
    description:
      'Puts a tenant back to what it was last applied as: takes back the fields of its objects that others have changed, and creates again what was deleted',
    examples: examplesOf('tenant:restore'),
    supportsDryRun: true,
    schema: {
      input: {
        name: zod => zod.string({ description: 'Name of the tenant' }),
        adopt: zod =>
          zod
            .boolean({
              description:
                'Take over what is in the way and not the tenant’s; takes tenant.administer',
            })
            .optional(),
        beginAnew: zod =>
          zod
            .boolean({
              description:
                'Write a new encryption key where the old one is lost, and lose the credentials stored in n8n; takes tenant.administer',
            })
            .optional(),
      },
      output: applyOutput,
    },
    async handler(ctx) {
      const { name, adopt, beginAnew } = ctx.input;
      await runApply(ctx, tasks, name, { kind: 'apply', adopt, beginAnew });
    },
  });
}
