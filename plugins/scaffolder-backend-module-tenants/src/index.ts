/**
 * Scaffolder actions that create, resize, prove and remove Threewalls tenants.
 *
 * @packageDocumentation
 */
export { scaffolderModuleTenants as default } from './module';
