import { useMemo } from 'react';
import {
  ColumnConfig,
  Flex,
  Link,
  Skeleton,
  Table,
  Text,
  useTable,
} from '@backstage/ui';
import {
  MatrixCell,
  Tenant,
  TenantMatrix,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useMatrix } from '../../queries';
import { cellsOf } from '../Matrix/pairs';
import {
  Loaded,
  RelativeTime,
  STATUSES,
  TitledCard,
  useTabLink,
  WallStatusLabel,
  inCell,
} from '../Shared';

/** As many as the API gives at once: a row and a column are not much. */
const LIMIT = 1_000;

/** What was proved between a tenant and each of its neighbours, both ways. */
export default function Neighbours(props: { tenant: Tenant }) {
  const { name } = props.tenant;
  const t = useText();
  return (
    <TitledCard title={t('matrix.neighboursTitle')}>
      <Loaded
        query={useMatrix({ tenant: name, limit: LIMIT })}
        failed={message => t('matrix.errorTitle', { message })}
        skeleton={<Skeleton height={240} />}
      >
        {matrix => <NeighboursTable tenant={name} matrix={matrix} />}
      </Loaded>
    </TitledCard>
  );
}

function NeighboursTable(props: { tenant: string; matrix: TenantMatrix }) {
  const { tenant, matrix } = props;
  const t = useText();
  const data = useMemo(() => neighboursOf(matrix, tenant), [matrix, tenant]);
  const { tableProps } = useTable<NeighbourPair>({
    mode: 'complete',
    data,
    paginationOptions: { pageSize: 10, pageSizeOptions: [10, 25, 50] },
  });
  const columnConfig: ColumnConfig<NeighbourPair>[] = [
    {
      id: 'neighbour',
      label: t('tab.neighbour'),
      isRowHeader: true,
      cell: ({ neighbour }) => inCell(<Text>{neighbour}</Text>),
    },
    ...(['outward', 'inward'] as const).map(way => ({
      id: way,
      label: t(`matrix.${way}`),
      cell: (pair: NeighbourPair) => inCell(<Result cell={pair[way]} />),
    })),
  ];
  return (
    <Table
      {...tableProps}
      columnConfig={columnConfig}
      emptyState={<Text>{t('matrix.neighboursEmpty')}</Text>}
    />
  );
}

function Result(props: { cell?: MatrixCell }) {
  const { cell } = props;
  const t = useText();
  const link = useTabLink();
  return cell ? (
    <Flex align="center" gap="2" style={{ flexWrap: 'wrap' }}>
      <WallStatusLabel status={cell.status} />
      <Link
        href={link(cell.tenant, { proof: cell.proofId })}
        variant="body-small"
      >
        <RelativeTime iso={cell.provedAt} />
      </Link>
    </Flex>
  ) : (
    <Text color="secondary">{t('time.never')}</Text>
  );
}

/** Both directions between a tenant and one of its neighbours. */
interface NeighbourPair {
  id: string;
  neighbour: string;
  outward?: MatrixCell;
  inward?: MatrixCell;
}

/** The row and the column of one tenant, a neighbour a line, the worst first. */
function neighboursOf(matrix: TenantMatrix, tenant: string): NeighbourPair[] {
  const cellOf = cellsOf(matrix);
  return matrix.tenants
    .filter(name => name !== tenant)
    .map(name => ({
      id: name,
      neighbour: name,
      outward: cellOf(tenant, name),
      inward: cellOf(name, tenant),
    }))
    .sort((a, b) => severityOf(a) - severityOf(b));
}

/** Place of the worst of a pair's results; what was never tried comes last. */
function severityOf({ outward, inward }: NeighbourPair): number {
  const places = [outward, inward].flatMap(cell =>
    cell ? [STATUSES.indexOf(cell.status)] : [],
  );
  return Math.min(STATUSES.length, ...places);
}
