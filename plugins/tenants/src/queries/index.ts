export { useAsked } from './backend';
export * from './platform';
export * from './tenants';
