import { TenantEngine } from '../TenantEngine';
import { createApplyAction } from './applyAction';
import { examples } from './create.examples';

/**
 * Creates a `tenant:create` Scaffolder action.
 *
 * @public
 */
export function createTenantCreateAction(options: { engine: TenantEngine }) {
  return createApplyAction({
    engine: options.engine,
    id: 'tenant:create',
    description:
      'Creates a tenant end to end: all stages in their order. Running it again resumes, or changes nothing',
    examples,
  });
}
