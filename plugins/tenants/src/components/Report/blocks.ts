import { Known, Proof } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { boundOf, useDuration } from '../Shared';
import { receiptNames, useCheckWords, useNotCovered } from '../Walls';
import { percentOf, Report, TenantReport, utc } from './report';

/** A part of a document, whatever it is drawn as. */
export type Block =
  | { kind: 'heading'; level: 2 | 3 | 4; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** Somebody else's words, letter by letter */
  | { kind: 'verbatim'; text: string };

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
  const table = <T>(
    items: T[],
    columns: [head: string, cell: (item: T) => string][],
  ): Block =>
    items.length > 0
      ? {
          kind: 'table',
          head: columns.map(([head]) => head),
          rows: items.map(item => columns.map(([, cell]) => cell(item))),
        }
      : text(t('report.none'));
  const status = (known: Known) =>
    t(known === 'gap' ? 'timeline.gap' : `status.${known}`);

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
      table(tenant.breaches, [
        [t('report.wall'), ({ wall }) => t(`wall.${wall}Short`)],
        [t('report.found'), ({ foundAt }) => utc(foundAt)],
        [
          t('report.within'),
          ({ foundWithinMs: ms }) =>
            ms === undefined ? t('tab.unknown') : duration(ms),
        ],
        [
          t('report.repaired'),
          ({ repairedAt }) =>
            repairedAt ? utc(repairedAt) : t('report.notYet'),
        ],
        [
          t('report.after'),
          ({ repairedAfterMs: ms }) => (ms === undefined ? '' : duration(ms)),
        ],
        [t('receipts.proof'), ({ proofId }) => proofId],
      ]),
      heading(3, t('report.gaps')),
      table(tenant.gaps, [
        [t('report.from'), ({ from }) => utc(from)],
        [t('report.to'), ({ to }) => utc(to)],
        [
          t('tab.took'),
          ({ from, to }) => duration(Date.parse(to) - Date.parse(from)),
        ],
      ]),
      heading(3, t('operations.title')),
      table(tenant.operations, [
        [t('tab.when'), ({ at }) => utc(at)],
        [t('operations.what'), ({ kind }) => t(`operations.${kind}`)],
        [t('operations.who'), ({ by }) => by],
        [
          t('receipts.got'),
          ({ state, error }) =>
            [t(`operations.${state}`), error].filter(Boolean).join(': '),
        ],
        [
          t('removal.objects'),
          ({ objects = {} }) =>
            Object.entries(objects)
              .map(([what, count]) => `${count} ${what}`)
              .join(', '),
        ],
      ]),
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
        tenants.flatMap(({ name, walls }) =>
          walls.map(wall => ({ name, ...wall })),
        ),
        [
          [t('report.tenant'), ({ name }) => name],
          [t('report.wall'), ({ wall }) => t(`wall.${wall}Short`)],
          [t('report.atTheEnd'), wall => status(wall.status)],
          [t('report.held'), ({ shares }) => percentOf(shares.holds)],
          [t('report.breached'), ({ shares }) => percentOf(shares.breached)],
          [t('report.unproven'), ({ shares }) => percentOf(shares.unproven)],
          [t('report.notProved'), ({ shares }) => percentOf(shares.gap)],
        ],
      ),
      ...tenants.flatMap(section),
      heading(2, t('report.versions')),
      table(
        Object.entries(versions).flatMap(([cluster, parts]) =>
          Object.entries(parts).map(part => [cluster, ...part]),
        ),
        [
          [t('tab.cluster'), ([cluster]) => cluster],
          [t('report.part'), ([, part]) => part],
          [t('report.version'), ([, , version]) => version],
        ],
      ),
      heading(2, t('notCovered.button')),
      { kind: 'list', items: notCovered },
    ];
  };
}
