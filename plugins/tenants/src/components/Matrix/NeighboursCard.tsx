import { useMemo } from 'react';
import {
  Cell,
  ColumnConfig,
  Flex,
  Link,
  Table,
  Text,
  useTable,
} from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  MatrixCell,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useMatrix } from '../../hooks';
import { TitledCard } from '../Shared';
import { RelativeTime, WallStatusLabel } from '../WallStatus';
import { NeighbourPair, neighboursOf } from './pairs';
import { useProofHref } from './useProofHref';

/** As many as the API gives at once: a row and a column are not much. */
const LIMIT = 1_000;

/** What was proved between a tenant and each of its neighbours, both ways. */
export function NeighboursCard(props: { tenant: Tenant }) {
  const { name } = props.tenant;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { value, error } = useMatrix({ tenant: name, limit: LIMIT });
  const data = useMemo(() => value && neighboursOf(value, name), [value, name]);
  const { tableProps } = useTable<NeighbourPair>({
    mode: 'complete',
    data,
    paginationOptions: { pageSize: 10, pageSizeOptions: [10, 25, 50] },
  });
  const columnConfig: ColumnConfig<NeighbourPair>[] = [
    {
      id: 'neighbour',
      label: t('matrix.neighbour'),
      isRowHeader: true,
      cell: ({ neighbour }) => (
        <Cell>
          <Text as="span">{neighbour}</Text>
        </Cell>
      ),
    },
    {
      id: 'outward',
      label: t('matrix.outward'),
      cell: ({ outward }) => (
        <Cell>
          <Result cell={outward} />
        </Cell>
      ),
    },
    {
      id: 'inward',
      label: t('matrix.inward'),
      cell: ({ inward }) => (
        <Cell>
          <Result cell={inward} />
        </Cell>
      ),
    },
  ];

  return (
    <TitledCard title={t('matrix.neighboursTitle')}>
      {!value && error ? (
        <ResponseErrorPanel
          title={t('matrix.errorTitle', { message: error.message })}
          error={error}
        />
      ) : (
        <Table
          {...tableProps}
          columnConfig={columnConfig}
          emptyState={<Text>{t('matrix.neighboursEmpty')}</Text>}
        />
      )}
    </TitledCard>
  );
}

function Result(props: { cell?: MatrixCell }) {
  const { cell } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const href = useProofHref();
  return cell ? (
    <Flex align="center" gap="2" style={{ flexWrap: 'wrap' }}>
      <WallStatusLabel status={cell.status} />
      <Link href={href(cell)} variant="body-small">
        <RelativeTime iso={cell.provedAt} />
      </Link>
    </Flex>
  ) : (
    <Text as="span" color="secondary">
      {t('matrix.unproved')}
    </Text>
  );
}
