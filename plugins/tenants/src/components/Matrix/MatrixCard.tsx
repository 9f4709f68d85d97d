import { useState } from 'react';
import {
  Button,
  Card,
  CardBody,
  CardHeader,
  Flex,
  Link,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TenantMatrix } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useMatrix } from '../../hooks';
import { STATUSES } from '../WallStatus';
import { GLYPHS, UNPROVED_GLYPH } from './glyphs';
import { MatrixTable } from './MatrixTable';
import { useProofHref } from './useProofHref';
import styles from './Matrix.module.css';

/** Tenants a side: what is still readable on a screen. */
const PAGE_SIZE = 50;

/** The matrix of all pairs of tenants, 50 tenants at a time. */
export function MatrixCard(props: { cluster?: string }) {
  const { cluster } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [offset, setOffset] = useState(0);
  const { value, error } = useMatrix({ cluster, limit: PAGE_SIZE, offset });
  return (
    <Card>
      <CardHeader>
        <Flex
          justify="between"
          align="baseline"
          gap="3"
          style={{ flexWrap: 'wrap' }}
        >
          <Text as="h2" variant="title-x-small" weight="bold">
            {t('matrix.title')}
          </Text>
          {value && (
            <Text color="secondary">
              {t('matrix.coverage', {
                proved: String(value.coverage.proved),
                pairs: String(value.coverage.pairs),
              })}
            </Text>
          )}
        </Flex>
      </CardHeader>
      <CardBody>
        {!value && error && (
          <ResponseErrorPanel
            title={t('matrix.errorTitle', { message: error.message })}
            error={error}
          />
        )}
        {!value && !error && (
          <Flex role="status">
            <VisuallyHidden>{t('matrix.loading')}</VisuallyHidden>
            <Skeleton height={160} />
          </Flex>
        )}
        {value && (
          <Flex direction="column" gap="3">
            <Text variant="body-small" color="secondary">
              {t('matrix.intro')}
            </Text>
            <Breaches matrix={value} />
            <MatrixTable matrix={value} />
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
      </CardBody>
    </Card>
  );
}

/** What must not be looked for among thousands of cells. */
function Breaches(props: { matrix: TenantMatrix }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const href = useProofHref();
  const breached = props.matrix.cells.filter(x => x.status === 'breached');
  return breached.length === 0 ? null : (
    <Flex gap="3" style={{ flexWrap: 'wrap' }}>
      <Text weight="bold">{t('matrix.breaches')}</Text>
      {breached.map(cell => (
        <Link key={`${cell.tenant} ${cell.neighbour}`} href={href(cell)}>
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
