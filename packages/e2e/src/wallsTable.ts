import { FALSE_ALARMS } from './wallsFalseAlarms';
import { Mutation } from './wallsMutation';
import { ACCESS_MUTATIONS } from './wallsOfAccess';
import { NETWORK_MUTATIONS } from './wallsOfNetwork';
import { RESOURCE_MUTATIONS } from './wallsOfResource';
import { SECRET_MUTATIONS } from './wallsOfSecret';
import { SABOTAGES } from './wallsSabotages';

/** The whole table, in the order in which it is shown. */
export const ROWS: Mutation[] = [
  ...NETWORK_MUTATIONS,
  ...SECRET_MUTATIONS,
  ...RESOURCE_MUTATIONS,
  ...ACCESS_MUTATIONS,
  ...FALSE_ALARMS,
  ...SABOTAGES,
];

/** The table in docs/mutations.md, as Prettier writes it. */
export function documented(): string {
  const cells = [
    ['What is done', 'Has to be', 'By the receipts of', 'In CI'],
    ...ROWS.map(({ title, wall, status, checks, inCi }) => [
      title,
      `${wall}: ${status}`,
      checks.map(id => `\`${id}\``).join(', '),
      inCi ? 'yes' : '',
    ]),
  ];
  const widths = cells[0].map((_, i) =>
    Math.max(...cells.map(row => row[i].length)),
  );
  const lines = cells.map(row => row.map((text, i) => text.padEnd(widths[i])));
  lines.splice(
    1,
    0,
    widths.map(width => '-'.repeat(width)),
  );
  return lines.map(row => `| ${row.join(' | ')} |`).join('\n');
}
