import {
  applyActions,
  createTenantResizeAction,
  createTenantRestoreAction,
} from './apply';
import { createTenantPlanAction } from './plan';
import { createTenantRemoveAction } from './remove';
import { createTenantRenderAction } from './render';
import { createTenantRollOutAction } from './rollOut';
import { createTenantWallsProveAction } from './wallsProve';

export const actions = [
  ...applyActions,
  createTenantPlanAction,
  createTenantRemoveAction,
  createTenantRenderAction,
  createTenantResizeAction,
  createTenantRestoreAction,
  createTenantRollOutAction,
  createTenantWallsProveAction,
];
