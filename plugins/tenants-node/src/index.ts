/**
 * The engine of Threewalls: a tenant's plan, and what is done with it.
 *
 * @packageDocumentation
 */
export * from './apply';
export * from './clients';
export * from './plan';
export * from './config/platform';
export { readPlatform } from './config/readPlatform';
export * from './clients/tenants';
export * from './prove';
export * from './drill';
export * from './extensions';
