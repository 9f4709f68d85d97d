/**
 * The engine of Threewalls: a tenant's plan, and what is done with it.
 *
 * @packageDocumentation
 */
export * from './apply';
export { checkMembership, checkName } from './claims';
export * from './clients';
export * from './plan';
export * from './platform';
export { readPlatform } from './readPlatform';
export * from './tenants';
export * from './walls';
