/**
 * Every Threewalls tenant of a cluster as a catalog entity.
 *
 * @packageDocumentation
 */
export { catalogModuleTenants as default } from './module';
