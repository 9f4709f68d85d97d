import { memo, useState } from 'react';
import { Button, Flex, Link, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  TenantMatrix,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useMatrix } from '../../queries';
import { RetryAlert, STATUSES, TitledCard, useTabLink } from '../Shared';
import { MatrixSkeleton } from './MatrixSkeleton';
import { MatrixTable } from './MatrixTable';
import { GLYPHS, PAGE_SIZE, UNPROVED_GLYPH } from './pairs';
import styles from './Matrix.module.css';

// It is large, and need not be drawn again for what goes on around it.
export const MatrixCard = memo(Card);

/** The matrix of all pairs of tenants, 50 tenants at a time. */
function Card(props: {
  cluster?: string;
  /** How each tenant stands by itself: its pairs may hold while it does not */
  statuses: ReadonlyMap<string, WallStatus>;
}) {
  const { cluster, statuses } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [offset, setOffset] = useState(0);
  const {
    data: value,
    error,
    refetch,
  } = useMatrix({
    cluster,
    limit: PAGE_SIZE,
    offset,
  });
  return (
    <TitledCard
      level="h2"
      title={t('matrix.title')}
      actions={
        value && (
          <Text color="secondary">
            {t('matrix.coverage', {
              proved: String(value.coverage.proved),
              pairs: String(value.coverage.pairs),
            })}
          </Text>
        )
      }
    >
      {!value && error && (
        <RetryAlert
          title={t('matrix.errorTitle', { message: error.message })}
          onRetry={refetch}
        />
      )}
      {!value && !error && <MatrixSkeleton names={[...statuses.keys()]} />}
      {value && (
        <Flex direction="column" gap="3">
          <Text variant="body-small" color="secondary">
            {t('matrix.intro')}
          </Text>
          <Breaches matrix={value} />
          <MatrixTable matrix={value} statuses={statuses} />
          <Flex
            justify="between"
            align="center"
            gap="3"
            style={{ flexWrap: 'wrap' }}
          >
            <Legend />
            {value.totalItems > PAGE_SIZE && (
              <Pages
                offset={offset}
                total={value.totalItems}
                onChange={setOffset}
              />
            )}
          </Flex>
        </Flex>
      )}
    </TitledCard>
  );
}

/** What must not be looked for among thousands of cells. */
function Breaches(props: { matrix: TenantMatrix }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const link = useTabLink();
  const breached = props.matrix.cells.filter(x => x.status === 'breached');
  return breached.length === 0 ? null : (
    <Flex gap="3" style={{ flexWrap: 'wrap' }}>
      <Text weight="bold">{t('matrix.breaches')}</Text>
      {breached.map(cell => (
        <Link
          key={`${cell.tenant} ${cell.neighbour}`}
          href={link(cell.tenant, { proof: cell.proofId })}
        >
          {t('matrix.pair', {
            tenant: cell.tenant,
            neighbour: cell.neighbour,
          })}
        </Link>
      ))}
    </Flex>
  );
}

function Legend() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const keys = [
    ...STATUSES.map(status => ({
      id: status,
      glyph: GLYPHS[status],
      label: t(`status.${status}`),
    })),
    { id: 'cell', glyph: UNPROVED_GLYPH, label: t('matrix.unproved') },
  ];
  return (
    <Flex gap="3" style={{ flexWrap: 'wrap' }}>
      {keys.map(({ id, glyph, label }) => (
        <Flex key={id} align="center" gap="1">
          <Text
            as="span"
            aria-hidden="true"
            className={`${styles.key} ${styles[id]}`}
          >
            {glyph}
          </Text>
          <Text as="span" variant="body-small">
            {label}
          </Text>
        </Flex>
      ))}
    </Flex>
  );
}

function Pages(props: {
  offset: number;
  total: number;
  onChange: (offset: number) => void;
}) {
  const { offset, total, onChange } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const to = Math.min(total, offset + PAGE_SIZE);
  return (
    <Flex align="center" gap="2">
      <Button
        size="small"
        variant="secondary"
        isDisabled={offset === 0}
        onPress={() => onChange(offset - PAGE_SIZE)}
      >
        {t('matrix.previous')}
      </Button>
      <Text variant="body-small">
        {t('matrix.shown', {
          from: String(offset + 1),
          to: String(to),
          total: String(total),
        })}
      </Text>
      <Button
        size="small"
        variant="secondary"
        isDisabled={to === total}
        onPress={() => onChange(to)}
      >
        {t('matrix.next')}
      </Button>
    </Flex>
  );
}
