import { TenantChange } from '@threewalls/backstage-plugin-tenants-common';
import { ResourceDifference } from '@threewalls/backstage-plugin-tenants-node';

/** What others have changed, without any value: who may see the card sees this. */
export function changesOf(found: ResourceDifference[]): TenantChange[] {
  return found.flatMap(({ id, change, fields }) =>
    change === 'none'
      ? []
      : [
          {
            id,
            change,
            fields: fields.map(({ field, manager, since }) => ({
              field,
              ...(manager && { manager }),
              ...(since && { since }),
            })),
          },
        ],
  );
}

/** In one line, such as `ResourceQuota tenant-quota: spec.hard.pods by kubectl-edit`. */
export function describeChanges(changed: TenantChange[]): string {
  return changed
    .map(({ id, fields }) => `${id}: ${describe(fields)}`)
    .join('; ');
}

function describe(fields: TenantChange['fields']): string {
  return (
    fields
      .map(({ field, manager }) => `${field}${manager ? ` by ${manager}` : ''}`)
      .join(', ') || 'gone'
  );
}
