export * from './TenantEgress';
export * from './TenantName';
export * from './TenantSize';
