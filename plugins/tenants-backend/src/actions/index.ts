import { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { RouterOptions } from '../router';
import { registerGetTenantWallsAction } from './getTenantWalls';
import { registerListTenantsAction } from './listTenants';
import { registerProveTenantAction } from './proveTenant';

/** What the actions do their work with: the same as the routes. */
export interface ActionOptions
  extends Pick<RouterOptions, 'authorizer' | 'door' | 'inventory' | 'views'> {
  actionsRegistry: ActionsRegistryService;
}

/** Offers tenants and their proofs as actions, under the permissions of the API. */
export function registerTenantActions(options: ActionOptions): void {
  registerListTenantsAction(options);
  registerGetTenantWallsAction(options);
  registerProveTenantAction(options);
}
