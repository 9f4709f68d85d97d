import {
  KeyboardEvent,
  memo,
  useCallback,
  useDeferredValue,
  useMemo,
  useState,
} from 'react';
import { Box, VisuallyHidden } from '@backstage/ui';
import {
  MatrixCell,
  TenantMatrix,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { LOOK, useExactTime } from '../Shared';
import {
  DENSE_FROM,
  GLYPHS,
  MatrixRow,
  rowsOf,
  targetsOf,
  UNPROVED_GLYPH,
} from './pairs';
import { useCellLinks } from './useCellLinks';
import styles from './Matrix.module.css';

const STEPS: Record<string, [down: number, right: number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

interface RowProps {
  row: MatrixRow;
  names: string[];
  status?: WallStatus;
  /** Column of the cell that the Tab key comes to */
  stop?: number;
  /** Never another one: see {@link useCellLinks} */
  hrefOf: (cell: MatrixCell) => string;
  onKeyDown: (event: KeyboardEvent<HTMLAnchorElement>) => void;
}

/** Rows are many and long: only those that change are drawn again. */
const MemoRow = memo(Row);

/**
 * The pairs of tenants as a table of small cells.
 *
 * It is one stop for the Tab key, the arrows move inside it: nobody should have
 * to press Tab two thousand times to get past it.
 */
export function MatrixTable(props: {
  matrix: TenantMatrix;
  /** How each tenant stands by itself */
  statuses: ReadonlyMap<string, WallStatus>;
}) {
  // Thousands of cells: what was pressed is drawn first, and they follow.
  const matrix = useDeferredValue(props.matrix);
  const { statuses } = props;
  const t = useText();
  const rows = useMemo(() => rowsOf(matrix), [matrix]);
  const targets = useMemo(() => targetsOf(matrix), [matrix]);
  const first = useMemo(() => firstCell(rows), [rows]);
  const isDense = rows.length > DENSE_FROM;
  const { hrefOf, onClick } = useCellLinks();
  const [current, setCurrent] = useState<{ row: number; column: number }>();
  // The matrix may have shrunk since.
  const stop =
    current && rows[current.row]?.cells[current.column] ? current : first;

  const onKeyDown = useCallback((event: KeyboardEvent<HTMLAnchorElement>) => {
    const step = STEPS[event.key];
    const link = step && linkFrom(event.currentTarget, step);
    if (step) {
      // The table would scroll under the cell.
      event.preventDefault();
    }
    if (link) {
      const { row, column } = positionOf(link);
      // The headings take up the first line and the first column.
      setCurrent({ row: row - 1, column: column - 1 });
      link.focus();
    }
  }, []);

  return (
    <Box className={styles.scroll}>
      {/* The links in it are what is clicked; the table only hears of it. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
      <table
        onClick={onClick}
        className={`${styles.table} ${isDense ? styles.dense : ''}`}
        aria-label={t('matrix.title')}
      >
        <thead>
          <tr>
            <td className={styles.corner} />
            {targets.map(name => (
              <th key={name} scope="col" className={styles.column}>
                <Head name={name} status={statuses.get(name)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <MemoRow
              key={row.tenant}
              row={row}
              names={targets}
              status={statuses.get(row.tenant)}
              stop={stop?.row === index ? stop.column : undefined}
              hrefOf={hrefOf}
              onKeyDown={onKeyDown}
            />
          ))}
        </tbody>
      </table>
    </Box>
  );
}

function Row(props: RowProps) {
  const { row, names, stop, hrefOf, onKeyDown } = props;
  const t = useText();
  return (
    <tr>
      <th scope="row" className={styles.row}>
        <Head name={row.tenant} status={props.status} />
      </th>
      {row.cells.map((cell, column) => {
        if (cell) {
          return (
            <td key={names[column]} className={styles.cell}>
              <CellLink
                cell={cell}
                href={hrefOf(cell)}
                isStop={column === stop}
                onKeyDown={onKeyDown}
              />
            </td>
          );
        }
        const isSelf = names[column] === row.tenant;
        return (
          <td
            key={names[column]}
            className={`${styles.cell} ${isSelf ? styles.self : ''}`}
            title={t(isSelf ? 'matrix.self' : 'time.never')}
          >
            {isSelf ? '' : UNPROVED_GLYPH}
          </td>
        );
      })}
    </tr>
  );
}

/** The name of a tenant, marked where its own walls are not shown to hold. */
function Head(props: { name: string; status?: WallStatus }) {
  const { name, status } = props;
  const t = useText();
  if (!status || status === 'holds') {
    return <span title={name}>{name}</span>;
  }
  const word = t(`status.${status}`);
  return (
    <span title={`${name}: ${word}`} data-head={status}>
      {GLYPHS[status]} {name}
      <VisuallyHidden> {word}</VisuallyHidden>
    </span>
  );
}

function CellLink(props: {
  cell: MatrixCell;
  href: string;
  isStop: boolean;
  onKeyDown: RowProps['onKeyDown'];
}) {
  const { cell, href, isStop, onKeyDown } = props;
  const t = useText();
  const exact = useExactTime();
  const label = t('matrix.cell', {
    tenant: cell.tenant,
    neighbour: cell.neighbour,
    status: t(`status.${cell.status}`),
    time: exact(cell.provedAt),
  });
  return (
    <a
      href={href}
      className={`${styles.link} ${LOOK}`}
      data-look={cell.status}
      aria-label={label}
      title={label}
      tabIndex={isStop ? 0 : -1}
      onKeyDown={onKeyDown}
    >
      {GLYPHS[cell.status]}
    </a>
  );
}

function firstCell(rows: MatrixRow[]) {
  const row = rows.findIndex(({ cells }) => cells.some(Boolean));
  return row < 0
    ? undefined
    : { row, column: rows[row].cells.findIndex(Boolean) };
}

function positionOf(link: Element) {
  const cell = link.closest('td')!;
  const { rowIndex } = cell.closest('tr')!;
  return { row: rowIndex, column: cell.cellIndex };
}

/** The next link in a direction, past cells that have none. */
function linkFrom(
  link: HTMLAnchorElement,
  [down, right]: [down: number, right: number],
): HTMLAnchorElement | undefined {
  const { rows } = link.closest('table')!;
  const { row, column } = positionOf(link);
  for (let step = 1; ; step++) {
    const cell = rows[row + step * down]?.cells[column + step * right];
    if (!cell || cell.tagName !== 'TD') {
      return undefined;
    }
    const found = cell.querySelector('a');
    if (found) {
      return found;
    }
  }
}
