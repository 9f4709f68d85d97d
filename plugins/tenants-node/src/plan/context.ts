import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, TenantSize } from '../config/platform';
import { TenantNames } from './types';
import type { Workload } from './workload';

/** What every part of a plan is made from. */
export interface PlanContext {
  spec: TenantSpec;
  names: TenantNames;
  cluster: ClusterProfile;
  size: TenantSize;
  workload: Workload;
}
