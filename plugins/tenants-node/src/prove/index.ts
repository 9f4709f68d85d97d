export { HOLD_POLICY } from './attempts/hold';
export { readyNodes } from './round/facts';
export { CHECKS } from './checks/checks';

export { tryConfinement } from './confinement';
export { judge } from './judge';
export { type ProveOptions, type TenantProof } from './proof';
export { proveTenants } from './prove';
export {
  Rbac,
  type Action,
  type Grant,
  type PolicyRule,
  type RbacObjects,
  type Requester,
  type Subject,
} from './rbac/rbac';
export {
  letsThrough,
  type PolicyConnection,
  type PolicyPod,
} from './reach/predict';
export {
  checkState,
  knowRoles,
  type StateFindings,
  type StateOptions,
  unproven,
} from './state';
export { sweepProofPods } from './sweep';
export {
  type AddedCheck,
  type AddedFinding,
  type CheckInfo,
  type NodesTried,
} from './types';
