export * from './useMatrix';
export * from './useNow';
export * from './usePolled';
export * from './useProof';
export * from './useProofsSince';
export * from './useTenant';
export * from './useTenants';
