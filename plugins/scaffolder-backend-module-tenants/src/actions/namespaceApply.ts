import { TenantEngine } from '../TenantEngine';
import { createApplyAction } from './applyAction';
import { examples } from './namespaceApply.examples';

/**
 * Creates a `tenant:namespace:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantNamespaceApplyAction(options: {
  engine: TenantEngine;
}) {
  return createApplyAction({
    engine: options.engine,
    id: 'tenant:namespace:apply',
    description:
      'Creates or updates the namespace of a tenant and who may do what in it',
    examples,
    stages: ['namespace'],
  });
}
