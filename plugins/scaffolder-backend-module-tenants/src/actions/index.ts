export * from './apply';
export { createTenantPlanAction } from './plan';
export { createTenantRemoveAction } from './remove';
export { createTenantRenderAction } from './render';
export { createTenantResizeAction } from './resize';
export { createTenantRestoreAction } from './restore';
export { createTenantRollOutAction } from './rollOut';
export { createTenantWallsProveAction } from './wallsProve';
