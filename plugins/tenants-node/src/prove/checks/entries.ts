import { CheckKind, Wall } from '@threewalls/backstage-plugin-tenants-common';
import { Check } from '../types';

/** How the checks of a wall are written down, by their ids. */
export function checksOf(wall: Wall) {
  const entryOf =
    (kind: CheckKind) =>
    (id: string, entry: Omit<Check, 'id' | 'wall' | 'kind'>): Check => ({
      id,
      wall,
      kind,
      ...entry,
    });
  return { control: entryOf('control'), barrier: entryOf('barrier') };
}
