import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { flag, optional, text } from '../fields';
import { applyOutput, SpecInput, specInput, toSource, toSpec } from '../input';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';
import { runApply } from './runApply';

/** Actions that apply some stages of a tenant's plan, or all of them. */
const APPLY: [id: string, description: string, stages?: string[]][] = [
  [
    'tenant:create',
    'Creates a tenant end to end: all stages in their order. Running it again resumes, or changes nothing',
  ],
  [
    'tenant:namespace:apply',
    'Creates or updates the namespace of a tenant and who may do what in it',
    ['namespace'],
  ],
  [
    'tenant:walls:apply',
    'Puts up the walls of a tenant: network policies, quotas and limits, Vault policy and role',
    ['walls'],
  ],
  [
    'tenant:secrets:apply',
    'Gives a tenant its identity and secrets: ServiceAccounts, KV entry, SecretStore, ExternalSecret. Takes the first password of n8n’s owner from the task’s secret ownerPassword',
    ['identity', 'store', 'secret'],
  ],
  [
    'tenant:n8n:apply',
    'Runs n8n for a tenant and waits until it is ready',
    ['workload'],
  ],
];

export const applyActions = APPLY.map(
  ([id, description, stages]) =>
    (tasks: TenantTasks) =>
      createTemplateAction({
        id,
        description,
        examples: examplesOf(id),
        supportsDryRun: true,
        schema: { input: specInput, output: applyOutput },
        async handler(ctx) {
          const { name, adopt, beginAnew }: SpecInput = ctx.input;
          const spec = toSpec(ctx.input);
          // Only the stage that seeds the tenant's entry in Vault looks at it.
          const isSeeding = !stages || stages.includes('identity');
          const ownerPassword = ctx.secrets?.ownerPassword || undefined;
          await runApply(ctx, tasks, name, {
            kind: 'apply',
            spec,
            stages,
            adopt,
            from: toSource(ctx.input),
            beginAnew,
            ...(isSeeding && { ownerPassword }),
          });
        },
      }),
);

export function createTenantResizeAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:resize',
    description:
      'Gives an existing tenant another size: quotas, limits and n8n; nothing else of its spec changes',
    examples: examplesOf('tenant:resize'),
    supportsDryRun: true,
    schema: {
      input: {
        name: text('Name of the tenant'),
        size: text('Size under tenants.sizes'),
      },
      output: applyOutput,
    },
    async handler(ctx) {
      const { name, size } = ctx.input;
      await runApply(ctx, tasks, name, { kind: 'apply', size });
    },
  });
}

export function createTenantRestoreAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:restore',
    description:
      'Puts a tenant back to what it was last applied as: takes back the fields of its objects that others have changed, and creates again what was deleted',
    examples: examplesOf('tenant:restore'),
    supportsDryRun: true,
    schema: {
      input: {
        name: text('Name of the tenant'),
        adopt: optional(
          flag(
            'Take over what is in the way and not the tenant’s; takes tenant.administer',
          ),
        ),
        beginAnew: specInput.beginAnew,
      },
      output: applyOutput,
    },
    async handler(ctx) {
      const { name, adopt, beginAnew } = ctx.input;
      await runApply(ctx, tasks, name, { kind: 'apply', adopt, beginAnew });
    },
  });
}
