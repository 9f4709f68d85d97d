export { CLUSTER_ROLES, portalBinding } from './access';
export { planCanary, planRam } from './canary';
export { planDrill } from './drill';
export { n8nUrl } from './exposure';
export {
  ARCHIVED_LABEL,
  CANARY,
  N8N,
  RAM,
  TENANT_SELECTOR,
  tenantNames,
} from './names';
export { notApplied } from './planned';
export { planTenant } from './planTenant';
export { onlyProved, proofOnlyNames, proofOnlySpec } from './proofOnly';
export { PROOF_POD_RESOURCES, PROOF_PRIORITY_CLASS } from './quota';
export { SECRET_STORE } from './secrets';
export * from './types';
export { tenantPolicy, VAULT_AUDIENCE } from './vault';
