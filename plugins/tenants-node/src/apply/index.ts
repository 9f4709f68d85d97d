export { checkCapacity } from './checkCapacity';
export {
  applyPlan,
  ensureCanary,
  type ApplyPlanOptions,
  type ApplyResult,
} from './applyPlan';
export { type SeedValues } from './applyVault';
export { type FieldDifference } from './differences';
export { diffPlan, type ResourceDifference } from './diffPlan';
export {
  removeTenant,
  type RemoveResult,
  type RemoveTenantOptions,
} from './removeTenant';
export { renderPlan } from './renderPlan';
