import {
  ApplyResult,
  ResourceDifference,
} from '@threewalls/backstage-plugin-tenants-node';

/** How many resources an apply created, updated and left alone. */
export interface ApplyCount {
  created: number;
  updated: number;
  unchanged: number;
}

const PLANNED = {
  create: { said: 'would create', counts: 'created' },
  update: { said: 'would update', counts: 'updated' },
  none: { said: 'unchanged', counts: 'unchanged' },
} as const;

/** A resource that was applied, as a line of the task's log. */
export function resultLine({ result, id, ms }: ApplyResult): string {
  return `${result.padEnd(9)}  ${id}  ${ms} ms`;
}

/** A resource that would be applied, as a line of the task's log. */
export function differenceLine(difference: ResourceDifference): string {
  const { change, id, fields } = difference;
  const names = fields.map(f => f.field).join(', ');
  const { said } = PLANNED[change];
  return `${said.padEnd(12)} ${id}${names && `: ${names}`}`;
}

/** What an apply of these would count. */
export function countOf(differences: ResourceDifference[]): ApplyCount {
  const count = { created: 0, updated: 0, unchanged: 0 };
  for (const { change } of differences) {
    count[PLANNED[change].counts]++;
  }
  return count;
}
