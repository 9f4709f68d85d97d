import { ReactNode, useEffect, useRef, useState } from 'react';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Badge,
  Box,
  ButtonIcon,
  Flex,
  Link,
  Text,
} from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import useDebounce from 'react-use/esm/useDebounce';
import {
  Outcome,
  Proof,
  Receipt,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import {
  Facts,
  Loaded,
  Loading,
  Mono,
  OutcomeIcon,
  RelativeTime,
  SkeletonLines,
  useDuration,
  useExactTime,
  useTabLink,
} from '../Shared';
import { isWrong, receiptNames, receiptsOf, useCheckWords } from './checks';
import styles from './Receipts.module.css';

/** How long it says that something was copied, in milliseconds. */
const COPIED_MS = 2_000;

/**
 * The receipts of one wall of one proof: the first failure is open, the others
 * and what is as expected are folded into groups.
 */
export function WallReceipts(props: {
  wall: Wall;
  /** Unset when there was no proof yet */
  proofId?: string;
  proof: Loading<Proof>;
  /** The name of a receipt to open and scroll to */
  open?: string;
}) {
  const { wall, proofId, proof, open } = props;
  const t = useText();
  if (!proofId) {
    return <Text color="secondary">{t('receipts.noProof')}</Text>;
  }
  return (
    <Loaded
      query={proof}
      failed={message => t('receipts.errorTitle', { message })}
      skeleton={<SkeletonLines count={4} />}
    >
      {data => <Receipts wall={wall} proof={data} open={open} />}
    </Loaded>
  );
}

function Receipts(props: { wall: Wall; proof: Proof; open?: string }) {
  const { wall, proof, open } = props;
  const t = useText();
  const names = receiptNames(proof.receipts);
  const receipts = receiptsOf(wall, proof.receipts);
  const verdict = proof.verdicts.find(v => v.wall === wall);
  if (!verdict || receipts.length === 0) {
    return (
      <Text variant="body-small" color="secondary">
        {t('receipts.none')}
      </Text>
    );
  }
  const first = receipts.find(({ outcome }) => isWrong(outcome));
  const of = (...outcomes: Outcome[]) =>
    receipts.filter(r => r !== first && outcomes.includes(r.outcome));
  const groups = [
    { id: 'moreBreached', own: of('breached') },
    { id: 'moreFailed', own: of('failed', 'inconclusive') },
    { id: 'asExpected', own: of('asExpected') },
    { id: 'notApplicable', own: of('notApplicable') },
  ] as const;
  const item = (receipt: Receipt, level: 5 | 6) => (
    <ReceiptItem
      key={names.get(receipt)}
      name={names.get(receipt)!}
      receipt={receipt}
      proof={proof}
      level={level}
      isTarget={names.get(receipt) === open}
    />
  );
  return (
    <Flex direction="column" gap="2">
      <Text variant="body-small" color="secondary">
        {t('receipts.counts', {
          refused: String(verdict.barriers.refused),
          counted: String(verdict.barriers.counted),
          succeeded: String(verdict.controls.succeeded),
          tried: String(verdict.controls.tried),
        })}
      </Text>
      <Box>
        {first && item(first, 5)}
        {groups.map(
          ({ id, own }) =>
            own.length > 0 && (
              <Fold
                key={id}
                level={5}
                className={styles.group}
                trigger={t(`receipts.${id}`, { count: own.length })}
                isOpen={
                  own.some(receipt => names.get(receipt) === open) ||
                  // A wall that holds has nothing else to show.
                  (!first && id === 'asExpected')
                }
              >
                {() => own.map(receipt => item(receipt, 6))}
              </Fold>
            ),
        )}
      </Box>
    </Flex>
  );
}

/** One receipt: a sentence that says what came of it, and all of it underneath. */
function ReceiptItem(props: {
  name: string;
  receipt: Receipt;
  proof: Proof;
  /** The first failure stands by itself, and is open */
  level: 5 | 6;
  /** Whether the page's address points at it */
  isTarget: boolean;
}) {
  const { receipt, level, isTarget } = props;
  const t = useText();
  const words = useCheckWords();
  const duration = useDuration();
  return (
    <Fold
      level={level}
      className={`${styles.receipt} ${isTarget ? styles.target : ''}`}
      isOpen={level === 5 || isTarget}
      isTarget={isTarget}
      trigger={
        <Box className={styles.line}>
          <OutcomeIcon outcome={receipt.outcome} />
          <Box className={styles.story}>
            <Text weight="bold">{words.story(receipt)}</Text>{' '}
            <Text variant="body-small" color="secondary" className={styles.on}>
              {receipt.target}
            </Text>
            <Text variant="body-small" className={styles.outcome}>
              {receipt.outcome === 'notApplicable'
                ? t('receipts.notHere')
                : t('receipts.outcome', {
                    expected: words.expected(receipt),
                    result: words.result(receipt),
                  })}
            </Text>
          </Box>
          <Badge className={styles.kind} title={t(`kind.${receipt.kind}Hint`)}>
            {t(`kind.${receipt.kind}`)}
          </Badge>
          <Text variant="body-small" color="secondary" className={styles.took}>
            {duration(receipt.durationMs)}
          </Text>
        </Box>
      }
    >
      {() => <ReceiptDetails {...props} />}
    </Fold>
  );
}

/** Receipts are many and long: what is folded away is drawn when it is opened. */
function Fold(props: {
  level: 5 | 6;
  className: string;
  trigger: ReactNode;
  isOpen: boolean;
  isTarget?: boolean;
  children: () => ReactNode;
}) {
  const { level, className, trigger, isOpen, isTarget, children } = props;
  const [isExpanded, setExpanded] = useState(isOpen);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isTarget) {
      setExpanded(true);
      ref.current?.scrollIntoView?.({ block: 'center' });
    }
  }, [isTarget]);
  return (
    <Accordion
      ref={ref}
      className={className}
      isExpanded={isExpanded}
      onExpandedChange={setExpanded}
    >
      <AccordionTrigger level={level}>
        {typeof trigger === 'string' ? (
          <Text weight="bold">{trigger}</Text>
        ) : (
          trigger
        )}
      </AccordionTrigger>
      <AccordionPanel>{isExpanded && children()}</AccordionPanel>
    </Accordion>
  );
}

function ReceiptDetails(props: {
  name: string;
  receipt: Receipt;
  proof: Proof;
}) {
  const { name, receipt, proof } = props;
  const { about, source } = receipt;
  const t = useText();
  const words = useCheckWords();
  const exact = useExactTime();
  const link = useTabLink();
  const verbatim = (
    term: 'receipts.request' | 'receipts.got',
    text: string,
  ) => ({ [term]: <Verbatim label={t(term)} text={text} /> });
  return (
    <Facts
      isList
      facts={{
        'receipts.why': words.why(receipt.check),
        'receipts.reason':
          receipt.reason && words.said(receipt.wording, receipt.reason),
        ...verbatim('receipts.request', receipt.request),
        ...verbatim(
          'receipts.got',
          [receipt.code, receipt.response].filter(Boolean).join('  '),
        ),
        'receipts.expected': words.expected(receipt),
        'receipts.from': (
          <>
            {t(`source.${source.type}`, { name: source.name })}
            {source.uid && <Mono> {source.uid}</Mono>}
            {about.node && `, ${t('picture.target.node')} ${about.node}`}
          </>
        ),
        'receipts.when': (
          <>
            {exact(receipt.startedAt)} (<RelativeTime iso={receipt.startedAt} />
            )
          </>
        ),
        'receipts.proof': (
          <>
            <Mono>{proof.id}</Mono>{' '}
            <Link
              variant="body-small"
              href={link(proof.tenant, { proof: proof.id, receipt: name })}
            >
              {t('receipts.permalink')}
            </Link>
          </>
        ),
        'receipts.check': <Mono>{receipt.check}</Mono>,
      }}
    />
  );
}

/** Text as it was, letter by letter, with a button that copies it. */
function Verbatim(props: { label: string; text: string }) {
  const { label, text } = props;
  const t = useText();
  const [, copy] = useCopyToClipboard();
  const [copied, setCopied] = useState(false);
  useDebounce(() => setCopied(false), COPIED_MS, [copied]);
  return (
    <Box className={styles.verbatim}>
      <Box as="pre" className={styles.text} tabIndex={0} aria-label={label}>
        {text}
      </Box>
      <ButtonIcon
        variant="tertiary"
        className={styles.copy}
        aria-label={`${t(
          copied ? 'receipts.copied' : 'receipts.copy',
        )}: ${label}`}
        icon={copied ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={() => {
          copy(text);
          setCopied(true);
        }}
      />
    </Box>
  );
}
