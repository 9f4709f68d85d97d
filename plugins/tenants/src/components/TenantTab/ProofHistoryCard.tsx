import { lazy, Suspense, useEffect } from 'react';
import {
  Cell,
  CellText,
  ColumnConfig,
  Flex,
  Table,
  Text,
  useBreakpoint,
  useTable,
} from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ProofSummary,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { tenantsTranslationRef } from '../../translation';
import { RelativeTime, useDuration, WallStatusLabel } from '../WallStatus';
import { TitledCard } from '../Shared';
import { TimelineSkeleton } from './TimelineSkeleton';

const WallsTimeline = lazy(() =>
  import('./WallsTimeline').then(m => ({ default: m.WallsTimeline })),
);

const TRIGGER = {
  schedule: 'tab.triggerSchedule',
  user: 'tab.triggerUser',
  task: 'tab.triggerTask',
} as const;

/** Every proof that is kept, newest first; one opens its receipts. */
export function ProofHistoryCard(props: {
  tenantName: string;
  lastProofId?: string;
  currentProof?: ProofSummary;
  onSelect: (proofId: string) => void;
}) {
  const { tenantName, lastProofId, currentProof, onSelect } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const api = useApi(tenantsApiRef);
  const columnConfig = useColumns();
  const { tableProps, reload } = useTable<ProofSummary>({
    mode: 'offset',
    paginationOptions: { pageSize: 10, pageSizeOptions: [10, 25, 50] },
    getData: async ({ offset, pageSize, signal }) => {
      const page = await api.listProofs(
        tenantName,
        { limit: pageSize, offset },
        { signal },
      );
      return { data: page.items, totalCount: page.totalItems };
    },
  });

  useEffect(reload, [reload, lastProofId, currentProof?.id]);

  return (
    <TitledCard title={t('tab.historyTitle')}>
      <Flex direction="column" gap="4">
        <Suspense fallback={<TimelineSkeleton />}>
          <WallsTimeline tenantName={tenantName} lastProofId={lastProofId} />
        </Suspense>
        <Table
          {...tableProps}
          columnConfig={columnConfig}
          rowConfig={{ onClick: proof => onSelect(proof.id) }}
          emptyState={<Text>{t('tab.historyEmpty')}</Text>}
        />
      </Flex>
    </TitledCard>
  );
}

function useColumns(): ColumnConfig<ProofSummary>[] {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { up } = useBreakpoint();
  const duration = useDuration();
  return [
    {
      id: 'when',
      label: t('tab.when'),
      isRowHeader: true,
      cell: proof => (
        <Cell>
          <Text as="span">
            <RelativeTime iso={proof.finishedAt ?? proof.startedAt} />
          </Text>
        </Cell>
      ),
    },
    ...WALLS.map(wall => ({
      id: wall,
      label: t(`wall.${wall}Short`),
      cell: (proof: ProofSummary) => (
        <Cell>
          <Verdict proof={proof} wall={wall} />
        </Cell>
      ),
    })),
    {
      id: 'neighbour',
      label: t('tab.neighbour'),
      isHidden: !up('md'),
      cell: proof => <CellText title={proof.neighbour ?? ''} />,
    },
    {
      id: 'trigger',
      label: t('tab.trigger'),
      isHidden: !up('md'),
      cell: proof => <CellText title={t(TRIGGER[proof.trigger])} />,
    },
    {
      id: 'took',
      label: t('tab.took'),
      isHidden: !up('md'),
      cell: proof => (
        <CellText
          title={
            proof.durationMs === undefined ? '' : duration(proof.durationMs)
          }
        />
      ),
    },
  ];
}

function Verdict(props: { proof: ProofSummary; wall: Wall }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const verdict = props.proof.verdicts.find(v => v.wall === props.wall);
  return verdict ? (
    <WallStatusLabel status={verdict.status} />
  ) : (
    <Text as="span" color="secondary">
      {t('tab.running')}
    </Text>
  );
}
