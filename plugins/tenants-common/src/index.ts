/**
 * Types, schemas, permissions and the API client of Threewalls tenants.
 *
 * @packageDocumentation
 */
export * from './annotations';
export * from './client';
export * from './drift';
export * from './egress';
export * from './matrix';
export * from './names';
export * from './permissions';
export * from './proofs';
export * from './quantities';
export * from './spec';
export * from './tenants';
