import { useMemo, useState } from 'react';
import { Button, Flex, Link, Text } from '@backstage/ui';
import { RiCloseLine } from '@remixicon/react';
import {
  Outcome,
  Proof,
  Tenant,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useLastProofs } from '../../queries';
import { changed, OutcomeIcon, STATUSES, TitledCard } from '../Shared';
import { decidingReceipt, useCheckWords } from '../Walls';
import { TenantsQuery } from './useTenantsQuery';
import styles from './TenantsPage.module.css';

/** So many failing tenants are read by themselves; more only when asked for. */
const READ_AT_ONCE = 50;

/** A check that decided against a wall, and of which tenants. */
export interface Failure {
  check: string;
  outcome: Outcome;
  tenants: Tenant[];
}

/** Tenants whose walls do not hold, grouped by the check that decided so. */
export function useFailures(tenants: Tenant[] | undefined) {
  const [isAll, setAll] = useState(false);
  const failing = useMemo(
    () =>
      (tenants ?? [])
        .filter(
          ({ walls, lastProof }) =>
            lastProof && overallStatus(walls) !== 'holds',
        )
        .sort((a, b) => severityOf(a) - severityOf(b)),
    [tenants],
  );
  const proofs = useLastProofs(
    isAll ? failing : failing.slice(0, READ_AT_ONCE),
  );
  return useMemo(() => {
    const groups = groupsOf(failing, proofs);
    return {
      groups,
      /** Names of the tenants of a group, by check */
      byCheck: new Map(
        groups.map(group => [
          group.check,
          new Set(group.tenants.map(({ name }) => name)),
        ]),
      ),
      /** Tenants of which the last proof has been read, and those that are failing */
      read: proofs.size,
      failing: failing.length,
      readAll: () => setAll(true),
    };
  }, [failing, proofs]);
}

function severityOf({ walls }: Tenant): number {
  return STATUSES.indexOf(overallStatus(walls));
}

/** One group a check: the receipt that decided a wall stands for the others. */
export function groupsOf(
  failing: Tenant[],
  proofs: ReadonlyMap<string, Proof>,
): Failure[] {
  const groups = new Map<string, Failure>();
  for (const tenant of failing) {
    const receipts = proofs.get(tenant.name)?.receipts ?? [];
    for (const wall of tenant.walls) {
      const receipt =
        wall.status === 'holds'
          ? undefined
          : decidingReceipt(receipts.filter(r => r.wall === wall.wall));
      if (receipt) {
        const { check, outcome } = receipt;
        const group = groups.get(check) ?? { check, outcome, tenants: [] };
        group.tenants.push(tenant);
        // A group that has a breach in it is shown as one.
        groups.set(check, {
          ...group,
          outcome: outcome === 'breached' ? outcome : group.outcome,
        });
      }
    }
  }
  return [...groups.values()].sort(
    (a, b) =>
      Number(b.outcome === 'breached') - Number(a.outcome === 'breached') ||
      b.tenants.length - a.tenants.length,
  );
}

/** What fails, check by check; one filters the table to the tenants it is about. */
export function FailuresCard(props: {
  failures: ReturnType<typeof useFailures>;
  query: TenantsQuery;
}) {
  const { failures, query } = props;
  const { groups, read, failing, readAll } = failures;
  const t = useText();
  const words = useCheckWords();
  if (groups.length === 0) {
    return null;
  }
  return (
    <TitledCard level="h2" title={t('failures.title')}>
      <ul className={styles.failures}>
        {groups.map(({ check, outcome, tenants }) => {
          const isSelected = query.filter.check === check;
          const clusters = [...new Set(tenants.map(({ cluster }) => cluster))];
          const search = changed(query.text, {
            check: isSelected ? undefined : check,
          });
          return (
            <li
              key={check}
              className={isSelected ? styles.selected : undefined}
            >
              <OutcomeIcon outcome={outcome} />
              <Link
                href={`?${search}`}
                aria-current={isSelected ? 'true' : undefined}
              >
                {words.story({ check, outcome })}
              </Link>
              <Text color="secondary">
                {t('failures.tenants', {
                  count: tenants.length,
                  clusters: clusters.sort().join(', '),
                })}
              </Text>
              {isSelected && <RiCloseLine size={16} aria-hidden="true" />}
            </li>
          );
        })}
      </ul>
      {read < failing && (
        <Flex align="center" gap="3" mt="3">
          <Text variant="body-small" color="secondary">
            {t('failures.partial', {
              read: String(read),
              failing: String(failing),
            })}
          </Text>
          <Button variant="secondary" onPress={readAll}>
            {t('failures.readAll')}
          </Button>
        </Flex>
      )}
    </TitledCard>
  );
}
