import { createContext, useContext, useMemo } from 'react';
import { ColumnConfig, Flex, Text, useBreakpoint } from '@backstage/ui';
import { Tenant, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useTimelines } from '../../queries';
import { slotsOf, SPANS, WallStrip } from '../Timeline';
import {
  isStale,
  Marks,
  RefLink,
  provedAt,
  RelativeTime,
  StaleLabel,
  UseCell,
  WallStatusLabel,
  inCell,
} from '../Shared';

/** A tenant as a row of a table. */
export type TenantItem = Tenant & { id: string };

/**
 * The last day of each tenant that a table shows. It comes after the rows, and its
 * cells alone are drawn again for it.
 */
export const Days = createContext<ReturnType<typeof useDays>>(undefined);

/** The last day of those that are shown; where nothing draws it, none is asked for. */
export function useDays(shown: Tenant[]) {
  const isWide = useBreakpoint().up('lg');
  const names = useMemo(
    () => (isWide ? shown.map(({ name }) => name) : []),
    [isWide, shown],
  );
  return useTimelines(names, SPANS.day.windowMs).data;
}

/** The columns of a table of tenants; on a narrow screen fewer of them. */
export function useTenantColumns(
  options: {
    isSortable?: boolean;
    /** Whether there are several, so that each row says which */
    hasClusters?: boolean;
    /** Whether the table is among {@link Days} */
    hasDays?: boolean;
  } = {},
): ColumnConfig<TenantItem>[] {
  const { isSortable = false, hasClusters = false, hasDays = false } = options;
  const t = useText();
  const { up } = useBreakpoint();
  // On a laptop's screen the sidebar leaves room for whose it is, and no more.
  const [isWide, hasOwner, isMedium] = [up('lg'), up('md'), up('sm')];
  // The same columns until something of them changes: a table draws each cell
  // anew for other ones.
  return useMemo(
    (): ColumnConfig<TenantItem>[] => [
      {
        id: 'name',
        defaultWidth: isMedium ? '1.6fr' : '1.2fr',
        label: t('views.name'),
        isRowHeader: true,
        isSortable,
        cell: tenant => inCell(<Name tenant={tenant} isNarrow={!isMedium} />),
      },
      ...WALLS.map((wall, index) => ({
        id: wall,
        label: t(`wall.${wall}Short`),
        // Its name with the arrow beside it, and the longest status.
        minWidth: isMedium ? 118 : undefined,
        isSortable: isSortable && isMedium,
        cell: (tenant: TenantItem) =>
          inCell(
            <WallStatusLabel
              status={tenant.walls[index].status}
              stale={tenant.walls[index].stale}
              isShort
            />,
          ),
      })),
      {
        id: 'day',
        label: t('page.day'),
        minWidth: 112,
        isHidden: !isWide || !hasDays,
        cell: ({ name }) => inCell(<Day name={name} />),
      },
      {
        id: 'proved',
        minWidth: 96,
        defaultWidth: '1.2fr',
        label: t('page.proved'),
        isHidden: !isMedium,
        isSortable,
        cell: tenant => inCell(<Proved tenant={tenant} />),
      },
      {
        id: 'owner',
        minWidth: 96,
        defaultWidth: '1.2fr',
        label: t('page.owner'),
        isSortable,
        isHidden: !hasOwner,
        cell: ({ owner }) => inCell(<RefLink entityRef={owner} />),
      },
      {
        id: 'cluster',
        minWidth: 108,
        label: t('page.cluster'),
        isSortable,
        isHidden: !hasOwner || !hasClusters,
        cell: ({ cluster }) => inCell(cluster),
      },
      {
        id: 'size',
        minWidth: 72,
        label: t('page.size'),
        isSortable,
        isHidden: !isWide,
        cell: ({ spec }) => inCell(spec.size),
      },
      {
        id: 'use',
        minWidth: 128,
        label: t('quota.title'),
        isSortable,
        isHidden: !isWide,
        cell: ({ usage }) => inCell(<UseCell usage={usage} />),
      },
    ],
    [t, isSortable, isWide, hasOwner, isMedium, hasClusters, hasDays],
  );
}

/** The last day of a tenant's three walls in one strip: the worst of them at any time. */
function Day(props: { name: string }) {
  const timeline = useContext(Days)?.get(props.name);
  return timeline ? (
    <WallStrip timeline={timeline} slots={slotsOf(timeline, SPANS.day)} />
  ) : null;
}

/** A narrow screen has no room for the age of the proof but under the name. */
function Name(props: { tenant: Tenant; isNarrow: boolean }) {
  const { tenant, isNarrow } = props;
  const t = useText();
  return (
    <Flex direction="column" gap="0.5">
      <Text>{tenant.name}</Text>
      <Marks tenant={tenant} />
      {tenant.phase === 'removing' && (
        <Text variant="body-small" color="secondary">
          {t('status.removing')}
        </Text>
      )}
      {isNarrow && <Proved tenant={tenant} variant="body-x-small" />}
    </Flex>
  );
}

function Proved(props: { tenant: Tenant; variant?: 'body-x-small' }) {
  const t = useText();
  const iso = provedAt(props.tenant);
  return (
    <Flex align="center" gap="1" style={{ flexWrap: 'wrap' }}>
      <Text
        variant={props.variant}
        color={iso && !props.variant ? 'primary' : 'secondary'}
      >
        {iso ? <RelativeTime iso={iso} /> : t('time.never')}
      </Text>
      {isStale(props.tenant) && <StaleLabel />}
    </Flex>
  );
}
