/**
 * REST API, proof runs and history of Threewalls tenants.
 *
 * @packageDocumentation
 */
export { tenantsPlugin as default } from './plugin';
export {
  createTenantConditionalDecision,
  tenantConditions,
  tenantPermissionResourceRef,
  type TenantFilter,
  type TenantResource,
} from './permissions/rules';
export {
  tenantsReadinessServiceRef,
  type TenantsReadiness,
} from './services/readiness';
