import {
  Adoption,
  ApplyCount,
  markdown,
  markdownFence,
  PreviewResource,
} from '@threewalls/backstage-plugin-tenants-common';

const PLANNED = {
  create: { said: 'would create', counts: 'created' },
  update: { said: 'would update', counts: 'updated' },
  remove: { said: 'would remove', counts: 'updated' },
  none: { said: 'unchanged', counts: 'unchanged' },
} as const;

/** A resource that would be applied, as a line of the task's log. */
export function differenceLine(difference: PreviewResource): string {
  const { change, id, fields } = difference;
  const names = fields.map(f => f.field).join(', ');
  const { said } = PLANNED[change];
  return `${said.padEnd(12)} ${id}${names && `: ${names}`}`;
}

/** What an apply of these would count. */
export function countOf(differences: PreviewResource[]): ApplyCount {
  const count = { created: 0, updated: 0, unchanged: 0 };
  for (const { change } of differences) {
    count[PLANNED[change].counts]++;
  }
  return count;
}

/** An adoption as Markdown: what will be otherwise, what to do, and the way back. */
export function adoptionText({ notes, steps, undo }: Adoption): string {
  const block = (script?: string) =>
    script ? `\n\n${markdownFence(script.trimEnd(), 'bash').join('\n')}` : '';
  return [
    notes.map(note => markdown`- ${note}`).join('\n'),
    ...steps.map(
      ({ title, by, done, script }, i) =>
        markdown`### ${i + 1}. ${by}${done ? ', done' : ''}: ${title}` +
        (done ? '' : block(script)),
    ),
    `### Undo, before step ${steps.length}${block(undo)}`,
  ].join('\n\n');
}
