export * from './useMatrix';
export * from './useNow';
export * from './useProof';
export * from './useProofsSince';
export * from './useTenant';
export * from './useTenants';
