import { useEffect, useRef } from 'react';
import {
  Box,
  ButtonIcon,
  ColumnConfig,
  Text,
  useBreakpoint,
} from '@backstage/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { RiCloseLine } from '@remixicon/react';
import {
  ProofSummary,
  Tenant,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { useText } from '../../translation';
import { useProof } from '../../queries';
import {
  Loaded,
  PagedTable,
  RelativeTime,
  SkeletonLines,
  TitledCard,
  useAddress,
  useDuration,
  useExactTime,
  ReportLink,
  WallStatusLabel,
  inCell,
} from '../Shared';
import { receiptNames, WallRow } from '../Walls';

/**
 * Every proof that is kept, newest first, and the receipts of the selected one. Which
 * it is stands in the address, so that a receipt can be pointed at.
 */
export default function Proofs(props: { tenant: Tenant }) {
  const { tenant } = props;
  const [search, set] = useAddress();
  const selected = search.get('proof');
  const select = (proof?: string) => set({ proof, receipt: undefined });
  const t = useText();
  const api = useApi(tenantsApiRef);
  const columns = useColumns();
  const { lastProof, currentProof } = tenant;
  return (
    <>
      <TitledCard id="proofs" title={t('tab.historyTitle')}>
        <PagedTable
          columns={columns}
          pageSizes={[10, 25, 50]}
          list={(page, options) => api.listProofs(tenant.name, page, options)}
          version={`${lastProof?.id} ${currentProof?.id}`}
          empty={t('tab.historyEmpty')}
          onSelect={proof => select(proof.id)}
        />
      </TitledCard>
      {selected && (
        <SelectedProof
          key={selected}
          tenantName={tenant.name}
          proofId={selected}
          receipt={search.get('receipt') ?? undefined}
          onClose={() => select()}
        />
      )}
    </>
  );
}

function useColumns(): ColumnConfig<ProofSummary>[] {
  const t = useText();
  const { up } = useBreakpoint();
  const duration = useDuration();
  return [
    {
      id: 'when',
      label: t('tab.when'),
      isRowHeader: true,
      cell: proof =>
        inCell(
          <Text>
            <RelativeTime iso={proof.finishedAt ?? proof.startedAt} />
          </Text>,
        ),
    },
    ...WALLS.map(
      (wall): ColumnConfig<ProofSummary> => ({
        id: wall,
        label: t(`wall.${wall}Short`),
        cell: ({ verdicts, finishedAt }) => {
          const verdict = verdicts.find(v => v.wall === wall);
          return inCell(
            verdict ? (
              <WallStatusLabel status={verdict.status} />
            ) : (
              <Text color="secondary">
                {finishedAt ? '–' : t('operations.running')}
              </Text>
            ),
          );
        },
      }),
    ),
    {
      id: 'neighbour',
      label: t('tab.neighbour'),
      isHidden: !up('md'),
      cell: proof => inCell(proof.neighbour ?? ''),
    },
    {
      id: 'trigger',
      label: t('tab.trigger'),
      isHidden: !up('md'),
      cell: proof => inCell(t(`trigger.${proof.trigger}`)),
    },
    {
      id: 'took',
      label: t('tab.took'),
      isHidden: !up('md'),
      cell: ({ durationMs }) =>
        inCell(durationMs === undefined ? '' : duration(durationMs)),
    },
  ];
}

/** One proof: its verdicts, and behind each its receipts. */
function SelectedProof(props: {
  tenantName: string;
  proofId: string;
  receipt?: string;
  onClose: () => void;
}) {
  const { tenantName, proofId, receipt, onClose } = props;
  const t = useText();
  const exact = useExactTime();
  const query = useProof(tenantName, proofId);
  const proof = query.data;
  const heading = useRef<HTMLHeadingElement>(null);

  // It opens underneath the table, maybe out of sight; a receipt scrolls itself.
  useEffect(() => {
    if (!receipt) {
      heading.current?.scrollIntoView?.({
        block: 'nearest',
        behavior: 'smooth',
      });
    }
  }, [proof, receipt]);

  return (
    <TitledCard
      title={
        proof
          ? t('tab.proofTitle', {
              time: exact(proof.finishedAt ?? proof.startedAt),
            })
          : t('receipts.title')
      }
      titleRef={heading}
      actions={
        <>
          <ReportLink names={[tenantName]} proofId={proofId} />
          <ButtonIcon
            variant="tertiary"
            icon={<RiCloseLine />}
            aria-label={t('tab.close')}
            onPress={onClose}
          />
        </>
      }
    >
      <Loaded
        query={query}
        failed={message => t('receipts.errorTitle', { message })}
        skeleton={<SkeletonLines count={3} height={40} />}
      >
        {({ id, verdicts, receipts, finishedAt, startedAt }) => {
          const names = receiptNames(receipts);
          const target = receipts.find(r => names.get(r) === receipt);
          return (
            <Box style={{ containerType: 'inline-size' }}>
              {verdicts.map(verdict => (
                <WallRow
                  key={verdict.wall}
                  wall={{
                    ...verdict,
                    stale: false,
                    provedAt: finishedAt ?? startedAt,
                  }}
                  proofId={id}
                  proof={query}
                  open={receipt}
                  isOpen={target ? target.wall === verdict.wall : undefined}
                />
              ))}
            </Box>
          );
        }}
      </Loaded>
    </TitledCard>
  );
}
