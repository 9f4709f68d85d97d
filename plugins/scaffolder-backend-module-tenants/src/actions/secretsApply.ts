import { TenantTasks } from '../TenantTasks';
import { createApplyAction } from './applyAction';
import { examples } from './secretsApply.examples';

/**
 * Creates a `tenant:secrets:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantSecretsApplyAction(options: {
  tasks: TenantTasks;
}) {
  return createApplyAction({
    tasks: options.tasks,
    id: 'tenant:secrets:apply',
    description:
      'Gives a tenant its identity and secrets: ServiceAccounts, KV entry, SecretStore, ExternalSecret. Takes the first password of n8n’s owner from the task’s secret ownerPassword',
    examples,
    stages: ['identity', 'store', 'secret'],
  });
}
