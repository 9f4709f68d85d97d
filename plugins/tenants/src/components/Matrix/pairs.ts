import {
  MatrixCell,
  TenantMatrix,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/** A row of the matrix: a cell a column, `undefined` where nothing is proved. */
export interface MatrixRow {
  tenant: string;
  cells: (MatrixCell | undefined)[];
}

/** Names of the columns; those of the rows unless it says otherwise. */
export function targetsOf({ tenants, targets }: TenantMatrix): string[] {
  return targets ?? tenants;
}

/** Puts the results of pairs into rows and columns. */
export function rowsOf(matrix: TenantMatrix): MatrixRow[] {
  const targets = targetsOf(matrix);
  const cellOf = cellsOf(matrix);
  return matrix.tenants.map(tenant => ({
    tenant,
    cells: targets.map(target => cellOf(tenant, target)),
  }));
}

/** Finds the result of a pair by its names. */
export function cellsOf({ cells }: TenantMatrix) {
  const byPair = new Map(cells.map(c => [`${c.tenant} ${c.neighbour}`, c]));
  return (tenant: string, neighbour: string) =>
    byPair.get(`${tenant} ${neighbour}`);
}

/** A sign for each status, which tells it from others where colours do not. */
export const GLYPHS: Record<WallStatus, string> = {
  holds: '✓',
  breached: '!',
  unproven: '?',
};

/** Stands where a pair has not been proved yet. */
export const UNPROVED_GLYPH = '·';

/** Tenants a side: what is still readable on a screen. */
export const PAGE_SIZE = 50;

/** More tenants than this make the cells smaller. */
export const DENSE_FROM = 30;
