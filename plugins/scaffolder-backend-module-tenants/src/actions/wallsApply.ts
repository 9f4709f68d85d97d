import { TenantTasks } from '../TenantTasks';
import { createApplyAction } from './applyAction';
import { examples } from './wallsApply.examples';

/**
 * Creates a `tenant:walls:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantWallsApplyAction(options: { tasks: TenantTasks }) {
  return createApplyAction({
    tasks: options.tasks,
    id: 'tenant:walls:apply',
    description:
      'Puts up the walls of a tenant: network policies, quotas and limits, Vault policy and role',
    examples,
    stages: ['walls'],
  });
}
