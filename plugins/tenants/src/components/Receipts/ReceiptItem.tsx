import { Fragment, ReactNode } from 'react';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Badge,
  Box,
  Flex,
  Text,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiDoorOpenLine, RiShieldLine } from '@remixicon/react';
import {
  CheckKind,
  Receipt,
  ReceiptSource,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { RelativeTime, useDuration } from '../WallStatus';
import { isWrong } from './order';
import { OutcomeLabel } from './OutcomeLabel';
import { Verbatim } from './Verbatim';
import styles from './Receipts.module.css';

const SOURCE = {
  pod: 'receipts.sourcePod',
  kubernetes: 'receipts.sourceKubernetes',
  vault: 'receipts.sourceVault',
  plan: 'receipts.sourcePlan',
} as const;

/** One receipt: a line that says what came of it, and all of it underneath. */
export function ReceiptItem(props: { receipt: Receipt }) {
  const { receipt } = props;
  const duration = useDuration();
  return (
    <Accordion
      className={styles.receipt}
      defaultExpanded={isWrong(receipt.outcome)}
    >
      <AccordionTrigger level={5}>
        <Box className={styles.line}>
          <OutcomeLabel outcome={receipt.outcome} />
          <KindBadge kind={receipt.kind} />
          <Text as="span" variant="body-small" className={styles.check}>
            {receipt.check}
          </Text>
          <Text
            as="span"
            variant="body-small"
            color="secondary"
            className={styles.target}
            title={receipt.target}
          >
            {receipt.target}
          </Text>
          <Text as="span" variant="body-small" className={styles.code}>
            {receipt.code}
          </Text>
          <Text
            as="span"
            variant="body-small"
            color="secondary"
            className={styles.took}
          >
            {duration(receipt.durationMs)}
          </Text>
        </Box>
      </AccordionTrigger>
      <AccordionPanel>
        <ReceiptDetails receipt={receipt} />
      </AccordionPanel>
    </Accordion>
  );
}

function KindBadge(props: { kind: CheckKind }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const Icon = props.kind === 'barrier' ? RiShieldLine : RiDoorOpenLine;
  return (
    <Badge
      size="small"
      className={styles.kind}
      icon={<Icon aria-hidden="true" />}
      title={t(`kind.${props.kind}Hint`)}
    >
      {t(`kind.${props.kind}`)}
    </Badge>
  );
}

function ReceiptDetails(props: { receipt: Receipt }) {
  const { receipt } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const duration = useDuration();
  const facts: [string, ReactNode][] = [
    [t('receipts.target'), <Mono key="target">{receipt.target}</Mono>],
    [
      t('receipts.request'),
      <Verbatim
        key="request"
        label={t('receipts.request')}
        text={receipt.request}
      />,
    ],
    [t('receipts.from'), <Source key="from" source={receipt.source} />],
    [
      t('receipts.expected'),
      <Text key="expected" variant="body-small">
        {receipt.expected}
      </Text>,
    ],
    [
      t('receipts.got'),
      <Flex key="got" direction="column" gap="1">
        <Mono>{receipt.code}</Mono>
        {receipt.response && (
          <Verbatim label={t('receipts.got')} text={receipt.response} />
        )}
      </Flex>,
    ],
    [
      t('receipts.when'),
      <Text key="when" variant="body-small">
        <RelativeTime iso={receipt.startedAt} />
        {', '}
        {t('receipts.took', { duration: duration(receipt.durationMs) })}
      </Text>,
    ],
  ];
  if (receipt.reason) {
    facts.splice(5, 0, [
      t('receipts.reason'),
      <Text key="reason" variant="body-small">
        {receipt.reason}
      </Text>,
    ]);
  }
  return (
    <Box as="dl" className={styles.facts}>
      {facts.map(([term, value]) => (
        <Fragment key={term}>
          <Box as="dt">
            <Text variant="body-small" color="secondary">
              {term}
            </Text>
          </Box>
          <Box as="dd">{value}</Box>
        </Fragment>
      ))}
    </Box>
  );
}

function Source(props: { source: ReceiptSource }) {
  const { type, name, uid } = props.source;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Text variant="body-small" title={uid}>
      {t(SOURCE[type], { name })}
    </Text>
  );
}

function Mono(props: { children: string }) {
  return (
    <Text variant="body-small" className={styles.mono}>
      {props.children}
    </Text>
  );
}
