/**
 * Types, schemas, permissions and the API client of Threewalls tenants.
 *
 * @packageDocumentation
 */
export * from './adoption';
export * from './annotations';
export * from './attention';
export * from './client';
export * from './drift';
export * from './drills';
export * from './egress';
export * from './health';
export * from './markdown';
export * from './matrix';
export * from './names';
export * from './operations';
export * from './permissions';
export * from './platform';
export * from './preview';
export * from './proofs';
export * from './quantities';
export * from './spec';
export * from './tenants';
export * from './timeline';
export * from './usage';
export * from './wording';
