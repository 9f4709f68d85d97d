export { useBackend } from './backend';
export * from './platform';
export * from './tenants';
