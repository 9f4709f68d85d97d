export * from './receipts';
export * from './tenants';
