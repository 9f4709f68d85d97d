export * from './answers';
export * from './matrix';
export * from './platform';
export * from './receipts';
export * from './tenants';
