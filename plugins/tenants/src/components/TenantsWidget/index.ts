export * from './TenantsWidget';
