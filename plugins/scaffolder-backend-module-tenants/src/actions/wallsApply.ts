import { TenantEngine } from '../TenantEngine';
import { createApplyAction } from './applyAction';
import { examples } from './wallsApply.examples';

/**
 * Creates a `tenant:walls:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantWallsApplyAction(options: {
  engine: TenantEngine;
}) {
  return createApplyAction({
    engine: options.engine,
    id: 'tenant:walls:apply',
    description:
      'Puts up the walls of a tenant: network policies, quotas and limits, Vault policy and role',
    examples,
    stages: ['walls'],
  });
}
