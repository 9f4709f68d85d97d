export { CHECKS } from './checks/checks';

export { judge } from './judge';
export { type ProveOptions, type TenantProof } from './proof';
export { proveTenants } from './prove';
export { sweepProofPods } from './sweep';
export { type CheckInfo } from './types';
