/**
 * The three walls of a tenant, on its entity page and on a page of all tenants.
 *
 * @packageDocumentation
 */
export { tenantsPlugin as default } from './plugin';
export { tenantsApiRef } from './api';
