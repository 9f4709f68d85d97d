import { memo, useState } from 'react';
import { ButtonIcon, Flex, Link, Text } from '@backstage/ui';
import { RiArrowLeftSLine, RiArrowRightSLine } from '@remixicon/react';
import {
  MatrixFleet,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useMatrix } from '../../queries';
import {
  boundOf,
  Legend,
  Loaded,
  LOOK,
  STATUSES,
  TitledCard,
  useDuration,
  useTabLink,
} from '../Shared';
import { MatrixSkeleton } from './MatrixSkeleton';
import { MatrixTable } from './MatrixTable';
import { GLYPHS, PAGE_SIZE, UNPROVED_GLYPH } from './pairs';
import styles from './Matrix.module.css';

// It is large, and need not be drawn again for what goes on around it.
export default memo(Card);

/**
 * What is known of all pairs of tenants: which are broken, how many were tried, and
 * the pairs of 50 attackers and 50 targets at a time.
 */
function Card(props: {
  cluster?: string;
  /** How each tenant stands by itself: its pairs may hold while it does not */
  statuses: ReadonlyMap<string, WallStatus>;
}) {
  const { cluster, statuses } = props;
  const t = useText();
  const [offset, setOffset] = useState(0);
  const [targetsOffset, setTargetsOffset] = useState(0);
  const query = useMatrix({ cluster, limit: PAGE_SIZE, offset, targetsOffset });
  const duration = useDuration();
  const fleet = query.data?.fleet;
  return (
    <TitledCard
      level="h2"
      title={t('matrix.title')}
      actions={
        fleet && (
          <Text color="secondary">
            {t('matrix.coverage', {
              proved: String(fleet.proved),
              pairs: String(fleet.pairs),
            })}
            {'. '}
            {t('matrix.round', { time: duration(fleet.roundMs) })}
            {boundOf(t, fleet)}
          </Text>
        )
      }
    >
      <Loaded
        query={query}
        failed={message => t('matrix.errorTitle', { message })}
        skeleton={<MatrixSkeleton names={[...statuses.keys()]} />}
      >
        {value => (
          <>
            {fleet && <Breaches fleet={fleet} />}
            <Text variant="body-small" color="secondary">
              {t('matrix.intro')}
            </Text>
            <MatrixTable matrix={value} statuses={statuses} />
            <Flex
              justify="between"
              align="center"
              gap="3"
              style={{ flexWrap: 'wrap' }}
            >
              <Signs />
              {value.totalItems > PAGE_SIZE && (
                <Flex gap="4" style={{ flexWrap: 'wrap' }}>
                  <Pages
                    what={t('matrix.attackers')}
                    offset={offset}
                    total={value.totalItems}
                    onChange={setOffset}
                  />
                  <Pages
                    what={t('matrix.targets')}
                    offset={targetsOffset}
                    total={value.totalItems}
                    onChange={setTargetsOffset}
                  />
                </Flex>
              )}
            </Flex>
          </>
        )}
      </Loaded>
    </TitledCard>
  );
}

/** Breached pairs that are named; the failures above the table say more of many. */
const NAMED = 12;

/** What must not be looked for among thousands of cells. */
function Breaches(props: { fleet: MatrixFleet }) {
  const { total, cells } = props.fleet.breached;
  const t = useText();
  const link = useTabLink();
  return total === 0 ? (
    <Text>{t('matrix.noBreaches')}</Text>
  ) : (
    <Flex gap="3" style={{ flexWrap: 'wrap' }}>
      <Text weight="bold">{t('matrix.breaches', { count: total })}</Text>
      {cells.slice(0, NAMED).map(cell => (
        <Link
          key={`${cell.tenant} ${cell.neighbour}`}
          href={link(cell.tenant, { proof: cell.proofId })}
        >
          {t('matrix.pair', { tenant: cell.tenant, neighbour: cell.neighbour })}
        </Link>
      ))}
      {total > NAMED && (
        <Link href="?status=breached">
          {t('matrix.breachesMore', { count: total - NAMED })}
        </Link>
      )}
    </Flex>
  );
}

function Signs() {
  const t = useText();
  const sign = (glyph: string, look: string, className = LOOK) => (
    <Text
      aria-hidden="true"
      className={`${styles.key} ${className}`}
      data-look={look}
    >
      {glyph}
    </Text>
  );
  return (
    <Legend
      entries={[
        ...STATUSES.map((status): [JSX.Element, string] => [
          sign(GLYPHS[status], status),
          t(`status.${status}`),
        ]),
        [sign(UNPROVED_GLYPH, 'none', styles.cell), t('time.never')],
      ]}
    />
  );
}

function Pages(props: {
  /** What is paged: attackers or targets */
  what: string;
  offset: number;
  total: number;
  onChange: (offset: number) => void;
}) {
  const { what, offset, total, onChange } = props;
  const t = useText();
  const to = Math.min(total, offset + PAGE_SIZE);
  return (
    <Flex align="center" gap="2">
      <ButtonIcon
        variant="secondary"
        icon={<RiArrowLeftSLine />}
        aria-label={t('matrix.previous', { what })}
        isDisabled={offset === 0}
        onPress={() => onChange(offset - PAGE_SIZE)}
      />
      <Text variant="body-small">
        {what}{' '}
        {t('matrix.shown', {
          from: String(offset + 1),
          to: String(to),
          total: String(total),
        })}
      </Text>
      <ButtonIcon
        variant="secondary"
        icon={<RiArrowRightSLine />}
        aria-label={t('matrix.next', { what })}
        isDisabled={to === total}
        onPress={() => onChange(to)}
      />
    </Flex>
  );
}
