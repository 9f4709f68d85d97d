export * from './matrix';
export * from './receipts';
export * from './tenants';
