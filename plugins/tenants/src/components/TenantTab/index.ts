export * from './EntityTenantTab';
