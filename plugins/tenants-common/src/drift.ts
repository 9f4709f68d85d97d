import { JsonValue } from '@backstage/types';

/**
 * A field that is not as planned. A side that has no such field leaves it out.
 *
 * @public
 */
export interface DriftField {
  /** Such as `spec.hard.pods` */
  field: string;
  live?: JsonValue;
  planned?: JsonValue;
  /** Field manager that has written it, where that is not the portal */
  manager?: string;
  /** ISO 8601, when it was written */
  since?: string;
}

/**
 * A resource of a tenant that is not as it was last applied: somebody else has
 * changed it. With `outdated` it is just as it was applied, and the plan of today
 * has it otherwise.
 *
 * @public
 */
export interface DriftItem {
  /** Stage of the plan that the resource belongs to, such as `walls` */
  stage: string;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  outdated?: boolean;
  /**
   * What applying the tenant again would do: `create` is for what is gone, `remove`
   * for what is planned no more
   */
  change: 'create' | 'update' | 'remove';
  /** Empty for what is gone */
  fields: DriftField[];
}
