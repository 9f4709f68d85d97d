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
}

/**
 * A resource of a tenant that differs from the plan of the tenant's own spec.
 *
 * @public
 */
export interface DriftItem {
  /** Stage of the plan that the resource belongs to, such as `walls` */
  stage: string;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  /** What applying the tenant again would do: `create` is for what is gone */
  change: 'create' | 'update';
  /** Empty for what is gone */
  fields: DriftField[];
}
