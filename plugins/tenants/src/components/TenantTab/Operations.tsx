import { ColumnConfig, Flex, Text, useBreakpoint } from '@backstage/ui';
import { useApi } from '@backstage/frontend-plugin-api';
import { Operation, Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { useText } from '../../translation';
import {
  askedFor,
  PagedTable,
  Problem,
  RefLink,
  RelativeTime,
  TitledCard,
  useDuration,
  inCell,
} from '../Shared';

/** Who did what to the tenant, the newest first. Proofs have a list of their own. */
export default function Operations(props: {
  tenantName: string;
  /** Another one says that there is something new */
  current: Tenant['currentOperation'];
}) {
  const { tenantName, current } = props;
  const t = useText();
  const api = useApi(tenantsApiRef);
  return (
    <TitledCard title={t('operations.title')}>
      <PagedTable
        columns={useColumns()}
        pageSizes={[5, 10, 25]}
        list={(page, options) =>
          api.listOperations(
            tenantName,
            { kinds: ['apply', 'remove'], ...page },
            options,
          )
        }
        version={`${current?.id} ${current?.state}`}
        empty={t('operations.empty')}
      />
    </TitledCard>
  );
}

function useColumns(): ColumnConfig<Operation>[] {
  const t = useText();
  const { up } = useBreakpoint();
  const what = useOperationText();
  const duration = useDuration();
  return [
    {
      id: 'what',
      label: t('operations.what'),
      // What was done takes a sentence, the rest a word.
      defaultWidth: '2fr',
      isRowHeader: true,
      cell: operation =>
        inCell(
          <Flex direction="column" gap="0.5">
            <Text>{what(operation)}</Text>
            {operation.error && <Problem>{operation.error}</Problem>}
          </Flex>,
        ),
    },
    {
      id: 'who',
      label: t('operations.who'),
      cell: ({ requestedBy, trigger }) =>
        inCell(
          requestedBy?.includes(':') ? (
            <RefLink entityRef={requestedBy} />
          ) : (
            <Text>{requestedBy ?? t(`trigger.${trigger}`)}</Text>
          ),
        ),
    },
    {
      id: 'when',
      label: t('tab.when'),
      cell: ({ finishedAt, createdAt }) =>
        inCell(
          <Text>
            <RelativeTime iso={finishedAt ?? createdAt} />
          </Text>,
        ),
    },
    {
      id: 'state',
      label: t('receipts.got'),
      minWidth: 104,
      cell: ({ state }) => inCell(t(`operations.${state}`)),
    },
    {
      id: 'took',
      label: t('tab.took'),
      isHidden: !up('md'),
      cell: ({ startedAt, finishedAt }) =>
        inCell(
          startedAt && finishedAt
            ? duration(Date.parse(finishedAt) - Date.parse(startedAt))
            : '',
        ),
    },
  ];
}

/** Says in a line what an operation did: `Restore: 3 created, 1 changed`. */
export function useOperationText(): (operation: Operation) => string {
  const t = useText();
  return operation => {
    const { request, applied, certificate } = operation;
    const { restores, stages = [] } = request.kind === 'apply' ? request : {};
    if (restores) {
      return t('operations.healed', {
        resources: restores.map(({ id }) => id).join(', '),
      });
    }
    const what = [t(`operations.${askedFor(operation)}`), ...stages].join(' ');
    if (certificate) {
      return t('operations.removed', {
        what,
        removed: String(certificate.removed.length),
        kept: String(certificate.kept.length),
      });
    }
    return applied
      ? t('operations.applied', {
          what,
          created: String(applied.created),
          updated: String(applied.updated),
          unchanged: String(applied.unchanged),
        })
      : what;
  };
}
