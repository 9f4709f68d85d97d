import {
  MatrixCell,
  TenantMatrix,
} from '@threewalls/backstage-plugin-tenants-common';
import { STATUSES } from '../WallStatus';

/** A row of the matrix: a cell a column, `undefined` where nothing is proved. */
export interface MatrixRow {
  tenant: string;
  cells: (MatrixCell | undefined)[];
}

/** Puts the results of pairs into rows and columns. */
export function rowsOf(matrix: TenantMatrix): MatrixRow[] {
  const column = new Map(matrix.tenants.map((name, index) => [name, index]));
  const rows = matrix.tenants.map(tenant => ({
    tenant,
    cells: Array<MatrixCell | undefined>(matrix.tenants.length).fill(undefined),
  }));
  for (const cell of matrix.cells) {
    const i = column.get(cell.tenant);
    const j = column.get(cell.neighbour);
    if (i !== undefined && j !== undefined) {
      rows[i].cells[j] = cell;
    }
  }
  return rows;
}

/** Both directions between a tenant and one of its neighbours. */
export interface NeighbourPair {
  id: string;
  neighbour: string;
  outward?: MatrixCell;
  inward?: MatrixCell;
}

/** The row and the column of one tenant, a neighbour a line, the worst first. */
export function neighboursOf(
  matrix: TenantMatrix,
  tenant: string,
): NeighbourPair[] {
  const pairs = new Map<string, NeighbourPair>(
    matrix.tenants
      .filter(name => name !== tenant)
      .map(name => [name, { id: name, neighbour: name }]),
  );
  for (const cell of matrix.cells) {
    if (cell.tenant === tenant && pairs.has(cell.neighbour)) {
      pairs.get(cell.neighbour)!.outward = cell;
    }
    if (cell.neighbour === tenant && pairs.has(cell.tenant)) {
      pairs.get(cell.tenant)!.inward = cell;
    }
  }
  return [...pairs.values()].sort((a, b) => severityOf(a) - severityOf(b));
}

/** Place of the worst of a pair's results; what was never tried comes last. */
function severityOf({ outward, inward }: NeighbourPair): number {
  const places = [outward, inward].flatMap(cell =>
    cell ? [STATUSES.indexOf(cell.status)] : [],
  );
  return Math.min(STATUSES.length, ...places);
}
