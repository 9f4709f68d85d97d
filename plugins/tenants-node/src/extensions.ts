import { createExtensionPoint } from '@backstage/backend-plugin-api';
import { AddedCheck } from './prove';

/**
 * Where a module of the tenants plugin adds checks of the platform's own.
 *
 * @public
 */
export interface TenantsChecksExtensionPoint {
  /** @throws where the id is no check's, or another's already */
  addCheck(check: AddedCheck): void;
}

/**
 * Adds checks to every proof, and to every look at what has changed.
 *
 * @public
 */
export const tenantsChecksExtensionPoint =
  createExtensionPoint<TenantsChecksExtensionPoint>({ id: 'tenants.checks' });
