import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { applyOutput, SpecInput, specInput, toSource, toSpec } from '../input';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';
import { runApply } from './runApply';

interface Options {
  tasks: TenantTasks;
}

/**
 * Creates a `tenant:create` Scaffolder action.
 *
 * @public
 */
export function createTenantCreateAction({ tasks }: Options) {
  return createApplyAction(
    tasks,
    'tenant:create',
    'Creates a tenant end to end: all stages in their order. Running it again resumes, or changes nothing',
  );
}

/**
 * Creates a `tenant:namespace:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantNamespaceApplyAction({ tasks }: Options) {
  return createApplyAction(
    tasks,
    'tenant:namespace:apply',
    'Creates or updates the namespace of a tenant and who may do what in it',
    ['namespace'],
  );
}

/**
 * Creates a `tenant:walls:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantWallsApplyAction({ tasks }: Options) {
  return createApplyAction(
    tasks,
    'tenant:walls:apply',
    'Puts up the walls of a tenant: network policies, quotas and limits, Vault policy and role',
    ['walls'],
  );
}

/**
 * Creates a `tenant:secrets:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantSecretsApplyAction({ tasks }: Options) {
  return createApplyAction(
    tasks,
    'tenant:secrets:apply',
    'Gives a tenant its identity and secrets: ServiceAccounts, KV entry, SecretStore, ExternalSecret. Takes the first password of n8n’s owner from the task’s secret ownerPassword',
    ['identity', 'store', 'secret'],
  );
}

/**
 * Creates a `tenant:n8n:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantN8nApplyAction({ tasks }: Options) {
  return createApplyAction(
    tasks,
    'tenant:n8n:apply',
    'Runs n8n for a tenant and waits until it is ready',
    ['workload'],
  );
}

/** An action that applies some stages of a tenant's plan, or all of them. */
function createApplyAction(
  tasks: TenantTasks,
  id: string,
  description: string,
  stages?: string[],
) {
  return createTemplateAction({
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
  });
}
