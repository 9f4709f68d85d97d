import { TenantTasks } from '../TenantTasks';
import { createApplyAction } from './applyAction';
import { examples } from './namespaceApply.examples';

/**
 * Creates a `tenant:namespace:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantNamespaceApplyAction(options: {
  tasks: TenantTasks;
}) {
  return createApplyAction({
    tasks: options.tasks,
    id: 'tenant:namespace:apply',
    description:
      'Creates or updates the namespace of a tenant and who may do what in it',
    examples,
    stages: ['namespace'],
  });
}
