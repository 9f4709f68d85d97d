import {
  Box,
  Button,
  Checkbox,
  Container,
  Flex,
  Header,
  Skeleton,
  TextField,
} from '@backstage/ui';
import { RiDownloadLine, RiPrinterLine } from '@remixicon/react';
import { useText } from '../../translation';
import { Loaded, OneOf, saveFile, useAddress } from '../Shared';
import { Block, useReportBlocks } from './blocks';
import { markdownOf } from './markdown';
import { useReport } from './useReport';
import styles from './ReportPage.module.css';

const DAY_MS = 24 * 60 * 60_000;
const SPANS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** What a report is about, as it stands in the page's address. */
function useScope() {
  const [parameters, set] = useAddress();
  const span = (parameters.get('span') ?? 'week') as keyof typeof SPANS;
  const from = parameters.get('from') ?? undefined;
  const to = parameters.get('to') ?? undefined;
  return {
    names: parameters.getAll('tenant'),
    proofId: parameters.get('proof') ?? undefined,
    span: from && to ? undefined : span,
    from,
    to,
    withReceipts: parameters.get('receipts') !== 'false',
    set,
  };
}

/** A report on one or several tenants over a period, to be read, printed or kept. */
export default function ReportPage() {
  const t = useText();
  const scope = useScope();
  const { names, proofId, span, from, to, withReceipts } = scope;
  // Receipts are many: for more than one tenant they would bury the rest.
  const isSingle = names.length === 1;
  const query = useReport({
    names,
    period:
      from && to
        ? { from: `${from}T00:00:00.000Z`, to: `${to}T23:59:59.999Z` }
        : { lastMs: SPANS[span ?? 'week'] ?? SPANS.week },
    proof: isSingle && withReceipts ? proofId ?? 'last' : undefined,
  });
  const report = query.data;
  const blocksOf = useReportBlocks();
  const file = `isolation-${isSingle ? names[0] : 'tenants'}`;
  const save = (
    label: 'markdown' | 'json',
    type: string,
    extension: string,
    textOf: (data: NonNullable<typeof report>) => string,
  ) => (
    <Button
      variant="secondary"
      iconStart={<RiDownloadLine aria-hidden="true" />}
      isDisabled={!report}
      onPress={() => saveFile(textOf(report!), type, `${file}.${extension}`)}
    >
      {t(`report.${label}`)}
    </Button>
  );
  return (
    <Box as="main" className={styles.page}>
      <Header
        title={t('report.title')}
        customActions={
          <Flex gap="2" className={styles.controls}>
            {save('markdown', 'text/markdown', 'md', data =>
              markdownOf(t('report.title'), blocksOf(data)),
            )}
            {save('json', 'application/json', 'json', data =>
              JSON.stringify(data, undefined, 2),
            )}
            <Button
              iconStart={<RiPrinterLine aria-hidden="true" />}
              isDisabled={!report}
              onPress={() => window.print()}
            >
              {t('report.print')}
            </Button>
          </Flex>
        }
      />
      <Container>
        <Flex direction="column" gap="4">
          <Flex
            gap="3"
            align="end"
            className={styles.controls}
            style={{ flexWrap: 'wrap' }}
          >
            <OneOf
              label={t('report.period')}
              options={SPANS}
              value={span}
              text={id => t(`report.${id}`)}
              onChange={id =>
                scope.set({ span: id, from: undefined, to: undefined })
              }
            />
            {(['from', 'to'] as const).map(end => (
              <TextField
                key={end}
                className={styles.date}
                type={'date' as 'text'}
                label={t(`report.${end}`)}
                value={scope[end] ?? ''}
                onChange={value =>
                  scope.set({
                    from: from ?? value,
                    to: to ?? day(Date.now()),
                    [end]: value,
                  })
                }
              />
            ))}
            {isSingle && (
              <Checkbox
                isSelected={withReceipts}
                onChange={isSelected =>
                  scope.set({ receipts: isSelected ? undefined : 'false' })
                }
              >
                {t('report.receipts')}
              </Checkbox>
            )}
          </Flex>
          <Loaded
            query={query}
            failed={message => t('report.errorTitle', { message })}
            skeleton={<Skeleton height={480} />}
          >
            {data => (
              // Tables that are too wide scroll, by the keyboard too.
              <Box as="article" tabIndex={0} className={styles.document}>
                {blocksOf(data).map((block, i) => (
                  // Parts have no name of their own, and stay where they are.
                  <BlockView key={i} block={block} />
                ))}
              </Box>
            )}
          </Loaded>
        </Flex>
      </Container>
    </Box>
  );
}

/** A part of a report on a page to print. */
function BlockView(props: { block: Block }) {
  const { block } = props;
  switch (block.kind) {
    case 'heading': {
      const Heading = `h${block.level}` as const;
      return <Heading>{block.text}</Heading>;
    }
    case 'list':
      return (
        <ul>
          {block.items.map(item => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      );
    case 'table':
      return (
        <table>
          <thead>
            <tr>
              {block.head.map(cell => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((cells, i) => (
              // Rows have no name of their own, and stay where they are.
              <tr key={i}>
                {cells.map((cell, j) => (
                  <td key={j}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    case 'verbatim':
      return block.text ? <pre>{block.text}</pre> : null;
    default:
      return <p>{block.text}</p>;
  }
}
