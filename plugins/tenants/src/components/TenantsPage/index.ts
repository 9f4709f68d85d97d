export { useTenantColumns } from './columns';
export { sortTenants } from './filters';
export * from './TenantsPage';
