export * from './platform';
export * from './tenants';
