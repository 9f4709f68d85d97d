import { TenantEngine } from '../TenantEngine';
import { createApplyAction } from './applyAction';
import { examples } from './secretsApply.examples';

/**
 * Creates a `tenant:secrets:apply` Scaffolder action.
 *
 * @public
 */
export function createTenantSecretsApplyAction(options: {
  engine: TenantEngine;
}) {
  return createApplyAction({
    engine: options.engine,
    id: 'tenant:secrets:apply',
    description:
      'Gives a tenant its identity and secrets: ServiceAccounts, KV entry, SecretStore, ExternalSecret. Takes the first password of n8n’s owner from the task’s secret ownerPassword',
    examples,
    stages: ['identity', 'store', 'secret'],
  });
}
