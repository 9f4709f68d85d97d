import { TenantTasks } from '../TenantTasks';
import { createApplyAction } from './applyAction';
import { examples } from './n8nApply.examples';

/**
 * Creates a `tenant:n8n:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantN8nApplyAction(options: { tasks: TenantTasks }) {
  return createApplyAction({
    tasks: options.tasks,
    id: 'tenant:n8n:apply',
    description: 'Runs n8n for a tenant and waits until it is ready',
    examples,
    stages: ['workload'],
  });
}
