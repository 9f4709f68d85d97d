import { Known, Proof } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { boundOf, useDuration } from '../Shared';
import { receiptNames, useCheckWords, useNotCovered } from '../Walls';
import {
  BreachReport,
  OperationReport,
  percentOf,
  Report,
  TenantReport,
  utc,
} from './report';

/** A part of a document, whatever it is drawn as. */
export type Block =
  | { kind: 'heading'; level: 2 | 3 | 4; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** Somebody else's words, letter by letter */
  | { kind: 'verbatim'; text: string };

const KNOWN: readonly Known[] = ['holds', 'breached', 'unproven', 'gap'];

/** Turns a report into a document: the page and the Markdown say the same. */
export function useReportBlocks(): (report: Report) => Block[] {
  const t = useText();
  const words = useCheckWords();
  const duration = useDuration();
  const notCovered = useNotCovered();

  const heading = (level: 2 | 3 | 4, text: string): Block => ({
    kind: 'heading',
    level,
    text,
  });
  const text = (line: string): Block => ({ kind: 'text', text: line });
  const table = (head: string[], rows: string[][]): Block =>
    rows.length > 0
      ? { kind: 'table', head, rows }
      : { kind: 'text', text: t('report.none') };
  const status = (known: Known) =>
    t(known === 'gap' ? 'timeline.gap' : `status.${known}`);

  const breach = (found: BreachReport) => {
    const { foundWithinMs, repairedAt, repairedAfterMs } = found;
    return [
      t(`wall.${found.wall}Short`),
      utc(found.foundAt),
      foundWithinMs === undefined ? t('tab.unknown') : duration(foundWithinMs),
      repairedAt ? utc(repairedAt) : t('report.notYet'),
      repairedAfterMs === undefined ? '' : duration(repairedAfterMs),
      found.proofId,
    ];
  };

  const operation = ({
    at,
    kind,
    by,
    state,
    error,
    objects,
  }: OperationReport) => [
    utc(at),
    t(`operations.${kind}`),
    by,
    [t(`operations.${state}`), error].filter(Boolean).join(': '),
    objects
      ? Object.entries(objects)
          .map(([what, count]) => `${count} ${what}`)
          .join(', ')
      : '',
  ];

  const receipts = ({ id, startedAt, finishedAt, receipts: all }: Proof) => {
    const names = receiptNames(all);
    return [
      heading(
        3,
        t('report.receiptsOf', { id, time: utc(finishedAt ?? startedAt) }),
      ),
      ...all.flatMap((receipt): Block[] => {
        const { outcome, about, source, target, code, response } = receipt;
        return [
          heading(
            4,
            `${words.story(receipt)} (${names.get(receipt)}): ${t(
              `outcome.${outcome}`,
            )}`,
          ),
          text(
            [
              t('receipts.outcome', {
                expected: words.expected(receipt),
                result: words.result(receipt),
              }),
              receipt.reason && words.said(receipt.wording, receipt.reason),
            ]
              .filter(Boolean)
              .join(' '),
          ),
          text(
            [
              target,
              [source.type, source.name, source.uid, about.node]
                .filter(Boolean)
                .join(' '),
              utc(receipt.startedAt),
              `${receipt.durationMs} ms`,
            ].join(', '),
          ),
          { kind: 'verbatim', text: receipt.request },
          {
            kind: 'verbatim',
            text: [code, response].filter(Boolean).join('  '),
          },
        ];
      }),
    ];
  };

  const section = (tenant: TenantReport): Block[] => {
    const { name, owner, cluster, namespace, size, period, proofs } = tenant;
    const { caughtAt, problem, wording } = tenant.prover ?? {};
    return [
      heading(2, name),
      text(t('report.about', { owner, cluster, namespace, size })),
      text(
        t('report.proofs', {
          count: proofs,
          from: utc(period.from),
          to: utc(period.to),
        }),
      ),
      text(
        caughtAt
          ? t('report.proverCaught', { time: utc(caughtAt) })
          : t('card.proverUntried'),
      ),
      ...(problem ? [text(words.said(wording, problem))] : []),
      heading(3, t('report.breaches')),
      table(
        [
          t('report.wall'),
          t('report.found'),
          t('report.within'),
          t('report.repaired'),
          t('report.after'),
          t('receipts.proof'),
        ],
        tenant.breaches.map(breach),
      ),
      heading(3, t('report.gaps')),
      table(
        [t('report.from'), t('report.to'), t('tab.took')],
        tenant.gaps.map(({ from, to }) => [
          utc(from),
          utc(to),
          duration(Date.parse(to) - Date.parse(from)),
        ]),
      ),
      heading(3, t('operations.title')),
      table(
        [
          t('tab.when'),
          t('operations.what'),
          t('operations.who'),
          t('receipts.got'),
          t('removal.objects'),
        ],
        tenant.operations.map(operation),
      ),
      ...(tenant.proof ? receipts(tenant.proof) : []),
    ];
  };

  return report => {
    const { period, generatedAt, coverage, tenants, versions } = report;
    return [
      text(
        t('report.scope', {
          from: utc(period.from),
          to: utc(period.to),
          created: utc(generatedAt),
        }),
      ),
      ...(coverage
        ? [
            text(
              t('report.coverage', {
                proved: String(coverage.proved),
                pairs: String(coverage.pairs),
              }) + boundOf(t, coverage),
            ),
          ]
        : []),
      table(
        [
          t('report.tenant'),
          t('report.wall'),
          t('report.atTheEnd'),
          t('report.held'),
          t('report.breached'),
          t('report.unproven'),
          t('report.notProved'),
        ],
        tenants.flatMap(({ name, walls }) =>
          walls.map(wall => [
            name,
            t(`wall.${wall.wall}Short`),
            status(wall.status),
            ...KNOWN.map(known => percentOf(wall.shares[known])),
          ]),
        ),
      ),
      ...tenants.flatMap(section),
      heading(2, t('report.versions')),
      table(
        [t('tab.cluster'), t('report.part'), t('report.version')],
        Object.entries(versions).flatMap(([cluster, parts]) =>
          Object.entries(parts).map(([part, version]) => [
            cluster,
            part,
            version,
          ]),
        ),
      ),
      heading(2, t('notCovered.button')),
      { kind: 'list', items: notCovered() },
    ];
  };
}
