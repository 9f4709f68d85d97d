export * from './TenantCluster';
export * from './TenantEgress';
export * from './TenantName';
export * from './TenantOwner';
export * from './TenantPicker';
export * from './TenantPreview';
export * from './TenantRemoval';
export * from './TenantSize';
