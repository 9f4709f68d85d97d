export * from './useNow';
export * from './useProof';
export * from './useTenant';
export * from './useTenants';
