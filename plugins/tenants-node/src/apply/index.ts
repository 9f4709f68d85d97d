export { checkCapacity } from './checkCapacity';
export {
  appliedDigest,
  asApplied,
  outdatedResources,
  type AppliedResources,
} from './applied';
export {
  applyPlan,
  ensureCanary,
  type ApplyPlanOptions,
  type ApplyResult,
} from './applyPlan';
export {
  differences,
  diffPlan,
  type ChangedField,
  type ResourceDifference,
} from './diffPlan';
export { digestOf, readLive, writersOf, type LiveObjects } from './live';
export { type Ownership } from './ownership';
export {
  removeTenant,
  type Removal,
  type RemovalEntry,
  type RemoveTenantOptions,
} from './removeTenant';
export { renderPlan } from './renderPlan';
export { hashPassword, type SeedOptions, type SeedValues } from './seed';
