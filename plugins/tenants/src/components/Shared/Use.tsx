import { Flex, Text } from '@backstage/ui';
import { RiErrorWarningFill } from '@remixicon/react';
import {
  MatrixFleet,
  TenantUsageSummary,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import styles from './Use.module.css';

/** From here on a quota is marked: there is hardly room for another pod. */
export const NEARLY_FULL = 0.9;

/** How many of all pairs can be breached at most, as a sentence; nothing where that is unknown. */
export function boundOf(
  t: ReturnType<typeof useText>,
  { breachedAtMost: share }: Pick<MatrixFleet, 'breachedAtMost'>,
): string {
  // Rounded up: it is an upper bound.
  return share === undefined
    ? ''
    : t('matrix.bound', { share: String(Math.ceil(share * 1e3) / 10) });
}

/** A ratio from 0 to 1 as a percentage. */
export function percentOf(ratio: number): string {
  return `${Math.round(ratio * 100)}%`;
}

/** The part of its quota that a tenant has used most of. */
export function mostUsed(usage: TenantUsageSummary) {
  return (['memory', 'cpu', 'pods'] as const)
    .map(part => [part, usage[part]] as const)
    .reduce((most, next) => (next[1] > most[1] ? next : most));
}

/** How much of a quota is used, as a bar; the figures have to stand beside it. */
export function UseBar(props: {
  ratio: number;
  label: string;
  /** What the bar says, for those who do not see it */
  text: string;
}) {
  const { ratio, label, text } = props;
  const percent = Math.min(100, Math.round(ratio * 100));
  return (
    <div
      className={styles.bar}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <div
        className={`${styles.used} ${ratio >= NEARLY_FULL ? styles.full : ''}`}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}

const PARTS = {
  cpu: 'form.cpu',
  memory: 'form.memory',
  pods: 'form.pods',
} as const;

/** What a tenant has used most of; the other figures on hover. */
export function UseCell(props: { usage?: TenantUsageSummary }) {
  const { usage } = props;
  const t = useText();
  if (!usage) {
    return <Text color="secondary">{t('tab.unknown')}</Text>;
  }
  const [part, ratio] = mostUsed(usage);
  const text = (Object.keys(PARTS) as (keyof typeof PARTS)[])
    .map(key => `${t(PARTS[key])} ${percentOf(usage[key])}`)
    .join(', ');
  return (
    <Flex direction="column" gap="1" title={text} className={styles.cell}>
      <Flex align="center" gap="1">
        <Text variant="body-small">
          {t(PARTS[part])} {percentOf(ratio)}
        </Text>
        {ratio >= NEARLY_FULL && (
          <RiErrorWarningFill
            size={14}
            className={styles.mark}
            role="img"
            aria-label={t(ratio >= 1 ? 'quota.full' : 'quota.nearlyFull')}
          />
        )}
      </Flex>
      <UseBar ratio={ratio} label={t('quota.title')} text={text} />
    </Flex>
  );
}
