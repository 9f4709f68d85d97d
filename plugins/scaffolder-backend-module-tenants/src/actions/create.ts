import { TenantTasks } from '../TenantTasks';
import { createApplyAction } from './applyAction';
import { examples } from './create.examples';

/**
 * Creates a `tenant:create` Scaffolder action.
 *
 * @public
 */
export function createTenantCreateAction(options: { tasks: TenantTasks }) {
  return createApplyAction({
    tasks: options.tasks,
    id: 'tenant:create',
    description:
      'Creates a tenant end to end: all stages in their order. Running it again resumes, or changes nothing',
    examples,
  });
}
