import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { Metrics } from './Metrics';

const FOLDER = join(__dirname, '../../deploy/monitoring');
const alerts = parse(readFileSync(join(FOLDER, 'alerts.yaml'), 'utf8'));
const dashboard = JSON.parse(
  readFileSync(join(FOLDER, 'dashboard.json'), 'utf8'),
);

const expressions: [string, string][] = [
  ...alerts.groups[0].rules.map(({ alert, expr }: any) => [alert, expr]),
  ...dashboard.panels.flatMap(({ title, targets }: any) =>
    targets.map(({ expr }: any) => [title, expr]),
  ),
];

/** Series of a portal with something of everything, as Prometheus reads them. */
async function series(): Promise<string[]> {
  const exporter = new InMemoryMetricExporter(
    AggregationTemporality.CUMULATIVE,
  );
  const reader = new PeriodicExportingMetricReader({ exporter });
  const provider = new MeterProvider({ readers: [reader] });
  const metrics = new Metrics(provider.getMeter('tenants') as any, {
    views: { list: async () => ({ items: [] }), now: async () => 0 } as any,
    inventory: { list: async () => ({ tenants: [], impostors: [] }) } as any,
    operations: {
      counts: async () => [{ kind: 'prove', state: 'queued', count: 1 }],
    } as any,
    caches: new Map([
      [
        'lab',
        { stats: () => [{ kind: 'Pod', objects: 1, bytes: 1, ageMs: 0 }] },
      ],
    ]) as any,
  });
  const at = new Date().toISOString();
  metrics.finished(
    { startedAt: at, finishedAt: at, trigger: 'schedule' } as any,
    { receipts: [{ wall: 'network', outcome: 'inconclusive' }] } as any,
  );
  await reader.forceFlush();
  const serializer = new PrometheusSerializer();
  const text = exporter
    .getMetrics()
    .map(read => serializer.serialize(read))
    .join('\n');
  await provider.shutdown();
  return text.split('\n').filter(line => line && !line.startsWith('#'));
}

it.each(expressions)('%s: %s is PromQL', (_, expr) => {
  const problems: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) {
        problems.push(from);
      }
    },
  });
  expect(problems).toEqual([]);
});

it.each(expressions)('%s: %s is about metrics of ours', async (_, expr) => {
  const all = await series();
  const selectors = [
    ...expr.matchAll(/(tenants_\w+)|__name__=~"(tenants_[^"]+)"/g),
  ].map(([, name, pattern]) => new RegExp(`^(${name ?? pattern})[{ ]`));
  expect(selectors.length).toBeGreaterThan(0);
  for (const selector of selectors) {
    expect(all.filter(line => selector.test(line))).not.toEqual([]);
  }
  const labels = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, names]) =>
    names.split(', '),
  );
  for (const label of labels) {
    expect(
      all.some(line => selectors[0].test(line) && line.includes(`${label}="`)),
    ).toBe(true);
  }
});

it.each(expressions)(
  '%s: %s is the same for any number of replicas',
  (_, expr) => {
    for (const { index } of expr.matchAll(/\{__name__=~"[^"]+"|tenants_\w+/g)) {
      // What one replica has counted is its own; a gauge has the same from each.
      expect(expr.slice(0, index)).toMatch(
        /\b(rate\(|max ?(by \([^)]+\) )?\((deriv\()?)$/,
      );
    }
  },
);
