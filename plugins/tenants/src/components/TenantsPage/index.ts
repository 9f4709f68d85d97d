export * from './TenantsPage';
export * from './TenantsWidget';
