import { ReactNode } from 'react';
import {
  Box,
  Button,
  Checkbox,
  Container,
  Flex,
  Header,
  Skeleton,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiDownloadLine, RiPrinterLine } from '@remixicon/react';
import { useSearchParams } from 'react-router-dom';
import { Proof } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { Loaded, saveFile } from '../Shared';
import { receiptNames, useCheckWords, useNotCovered } from '../Walls';
import {
  breachCells,
  markdownOf,
  operationCells,
  percentOf,
  Report,
  spanOf,
  statusWord,
  TenantReport,
  utc,
} from './report';
import { useReport } from './useReport';
import styles from './ReportPage.module.css';

const DAY_MS = 24 * 60 * 60_000;
const SPANS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** What a report is about, as it stands in the page's address. */
function useScope() {
  const [parameters, setParameters] = useSearchParams();
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
    set(changes: Record<string, string | undefined>) {
      setParameters(last => {
        const next = new URLSearchParams(last);
        for (const [key, value] of Object.entries(changes)) {
          next.delete(key);
          if (value) {
            next.set(key, value);
          }
        }
        return next;
      });
    },
  };
}

/** A report on one or several tenants over a period, to be read, printed or kept. */
export function ReportPage() {
  const { t } = useTranslationRef(tenantsTranslationRef);
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
  const file = `isolation-${isSingle ? names[0] : 'tenants'}`;
  return (
    <Box as="main" className={styles.page}>
      <Header
        title={t('report.title')}
        customActions={
          <Flex gap="2" className={styles.controls}>
            <Button
              variant="secondary"
              iconStart={<RiDownloadLine aria-hidden="true" />}
              isDisabled={!report}
              onPress={() =>
                saveFile(markdownOf(report!), 'text/markdown', `${file}.md`)
              }
            >
              {t('report.markdown')}
            </Button>
            <Button
              variant="secondary"
              iconStart={<RiDownloadLine aria-hidden="true" />}
              isDisabled={!report}
              onPress={() =>
                saveFile(
                  JSON.stringify(report, undefined, 2),
                  'application/json',
                  `${file}.json`,
                )
              }
            >
              {t('report.json')}
            </Button>
            <Button
              variant="primary"
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
            <ToggleButtonGroup
              selectionMode="single"
              aria-label={t('report.period')}
              selectedKeys={span ? [span] : []}
              onSelectionChange={keys =>
                scope.set({
                  span: [...keys].map(String)[0],
                  from: undefined,
                  to: undefined,
                })
              }
            >
              <ToggleButton id="day">{t('report.day')}</ToggleButton>
              <ToggleButton id="week">{t('report.week')}</ToggleButton>
              <ToggleButton id="month">{t('report.month')}</ToggleButton>
            </ToggleButtonGroup>
            <TextField
              className={styles.date}
              type={'date' as 'text'}
              size="small"
              label={t('report.from')}
              value={from ?? ''}
              onChange={value =>
                scope.set({ from: value, to: to ?? day(Date.now()) })
              }
            />
            <TextField
              className={styles.date}
              type={'date' as 'text'}
              size="small"
              label={t('report.to')}
              value={to ?? ''}
              onChange={value => scope.set({ from: from ?? value, to: value })}
            />
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
            loading={t('report.loading')}
            failed={message => t('report.errorTitle', { message })}
            skeleton={<Skeleton height={480} />}
          >
            {data => <ReportDocument report={data} />}
          </Loaded>
        </Flex>
      </Container>
    </Box>
  );
}

/** A report as a page to print. */
export function ReportDocument(props: { report: Report }) {
  const { report } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const notCovered = useNotCovered();
  return (
    <article className={styles.document}>
      <p>
        {t('report.scope', {
          from: utc(report.period.from),
          to: utc(report.period.to),
          created: utc(report.generatedAt),
        })}
      </p>
      {report.coverage && (
        <p>
          {t('report.coverage', {
            proved: String(report.coverage.proved),
            pairs: String(report.coverage.pairs),
          })}
        </p>
      )}
      <Table
        head={[
          t('report.tenant'),
          t('report.wall'),
          t('report.atTheEnd'),
          t('report.held'),
          t('report.breached'),
          t('report.unproven'),
          t('report.notProved'),
        ]}
        rows={report.tenants.flatMap(({ name, walls }) =>
          walls.map(({ wall, status, shares }) => [
            name,
            t(`wall.${wall}Short`),
            statusWord(status),
            ...(['holds', 'breached', 'unproven', 'gap'] as const).map(known =>
              percentOf(shares[known]),
            ),
          ]),
        )}
      />
      {report.tenants.map(tenant => (
        <TenantSection key={tenant.name} tenant={tenant} />
      ))}
      <h2>{t('report.versions')}</h2>
      <Table
        head={[t('tab.cluster'), t('report.part'), t('report.version')]}
        rows={Object.entries(report.versions).flatMap(([cluster, parts]) =>
          Object.entries(parts).map(([part, version]) => [
            cluster,
            part,
            version,
          ]),
        )}
      />
      <h2>{t('notCovered.title')}</h2>
      <ul>
        {notCovered().map(text => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </article>
  );
}

function TenantSection(props: { tenant: TenantReport }) {
  const { tenant } = props;
  const { name, owner, cluster, namespace, size, period, proofs } = tenant;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <section>
      <h2>{name}</h2>
      <p>
        {t('report.about', { owner, cluster, namespace, size })}
        <br />
        {t('report.proofs', {
          count: proofs,
          from: utc(period.from),
          to: utc(period.to),
        })}
      </p>
      <h3>{t('report.breaches')}</h3>
      {tenant.breaches.length === 0 ? (
        <p>{t('report.none')}</p>
      ) : (
        <Table
          head={[
            t('report.wall'),
            t('report.found'),
            t('report.within'),
            t('report.repaired'),
            t('report.after'),
            t('receipts.proof'),
          ]}
          rows={tenant.breaches.map(breachCells)}
        />
      )}
      <h3>{t('report.gaps')}</h3>
      {tenant.gaps.length === 0 ? (
        <p>{t('report.none')}</p>
      ) : (
        <ul>
          {tenant.gaps.map(({ from, to }) => (
            <li key={from}>
              {t('report.gap', {
                from: utc(from),
                to: utc(to),
                span: spanOf(Date.parse(to) - Date.parse(from)),
              })}
            </li>
          ))}
        </ul>
      )}
      <h3>{t('operations.title')}</h3>
      {tenant.operations.length === 0 ? (
        <p>{t('report.none')}</p>
      ) : (
        <Table
          head={[
            t('tab.when'),
            t('operations.what'),
            t('operations.who'),
            t('operations.result'),
            t('removal.objects'),
          ]}
          rows={tenant.operations.map(operationCells)}
        />
      )}
      {tenant.proof && <Receipts proof={tenant.proof} />}
    </section>
  );
}

function Receipts(props: { proof: Proof }) {
  const { id, startedAt, finishedAt, receipts } = props.proof;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const words = useCheckWords();
  const names = receiptNames(receipts);
  return (
    <>
      <h3>
        {t('report.receiptsOf', { id, time: utc(finishedAt ?? startedAt) })}
      </h3>
      {receipts.map(receipt => (
        <div key={names.get(receipt)} className={styles.receipt}>
          <h4>
            {words.story(receipt)} ({receipt.check})
          </h4>
          <p className={styles.outcome}>
            {t(`outcome.${receipt.outcome}`)}.{' '}
            {t('receipts.outcome', {
              expected: words.expected(receipt),
              result: words.result(receipt),
            })}{' '}
            {receipt.reason}
          </p>
          <p>
            {receipt.target}, {receipt.source.type} {receipt.source.name}{' '}
            {receipt.source.uid}, {utc(receipt.startedAt)}
          </p>
          <pre>{receipt.request}</pre>
          <pre>
            {[receipt.code, receipt.response].filter(Boolean).join('  ')}
          </pre>
        </div>
      ))}
    </>
  );
}

function Table(props: { head: string[]; rows: ReactNode[][] }) {
  return (
    <table>
      <thead>
        <tr>
          {props.head.map(cell => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((cells, i) => (
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
}
