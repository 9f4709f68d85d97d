import { Skeleton } from '@backstage/ui';
import { DENSE_FROM, PAGE_SIZE } from './pairs';

const CELL_PX = 26;
const DENSE_CELL_PX = 19;
/** A letter of a name that stands upright; the longest names are cut off. */
const LETTER_PX = 7;
const MAX_NAME_PX = 144;
/** What is written above the matrix and below it. */
const TEXT_PX = 88;

/** The matrix of some tenants before it is there: about as high as it will be. */
export function MatrixSkeleton(props: { names: string[] }) {
  const names = props.names.slice(0, PAGE_SIZE);
  const cell = names.length > DENSE_FROM ? DENSE_CELL_PX : CELL_PX;
  const longest = Math.max(0, ...names.map(name => name.length));
  const height =
    TEXT_PX + Math.min(MAX_NAME_PX, longest * LETTER_PX) + names.length * cell;
  return (
    <Skeleton height={height} style={{ maxHeight: '85vh' }} />
  );
}
