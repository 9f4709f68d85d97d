export * from './TenantTab';
