/**
 * The engine of Threewalls: a tenant's plan, and what is done with it.
 *
 * @packageDocumentation
 */
export * from './apply';
export * from './clients';
export * from './plan';
export { MOST_ROUNDS } from './config/platform';
export type {
  ClusterProfile,
  Endpoint,
  Exposure,
  N8nConfig,
  ObjectException,
  Outside,
  Platform,
  ProofOnlyTenant,
  TenantSize,
  Toleration,
  TrustedSubject,
} from './config/platform';
export { readPlatform } from './config/readPlatform';
export * from './clients/tenants';
export * from './prove';
export * from './drill';
export * from './extensions';
