import { say } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import { testRound } from '../__fixtures__/portal';
import { testCluster, testSide } from '../__fixtures__/side';
import { tenantParty } from '../round/facts';
import { NETWORK_CHECKS } from '../checks/network';
import { receiptOf } from '../round/receipts';
import { Attempt, NodeFacts, NodesTried } from '../types';
import {
  declaredPlacement,
  fromOwnNode,
  nodeToTry,
  placements,
} from './placement';

const platform = testPlatform({
  n8n: { runtimeClassName: 'gvisor', nodeSelector: { pool: '{{ name }}' } },
});
const plan = planTenant(testSpec(), platform);
const side = testSide({
  cluster: testCluster(platform.clusters[0]),
  tenant: tenantParty(plan),
});

const node = (labels: Record<string, string>): NodeFacts => ({
  labels,
  kernel: '6.1',
  isReady: true,
  kubelets: [],
});
const NODES: Record<string, NodeFacts> = {
  own: node({ pool: 'acme' }),
  shared: node({}),
};

const pod = (nodeName?: string, metadata = {}) => ({
  metadata: {
    name: `n8n-on-${nodeName}`,
    labels: { 'app.kubernetes.io/name': 'n8n' },
    ...metadata,
  },
  spec: { nodeName },
});

describe('the placement that a plan declares', () => {
  it('is the proof pod’s too', () => {
    expect(declaredPlacement(side)).toEqual({
      runtimeClassName: 'gvisor',
      nodeSelector: { pool: 'acme' },
    });
    expect(placements(testSide())).toEqual({
      runtimeClass: { because: say('noSandbox') },
      nodes: { because: say('noNodes') },
    });
  });

  const [, ofWorkload] = placements(side).nodes as Attempt[];
  const [, sandbox] = placements(side).runtimeClass as Attempt[];

  it.each<[string, object[], string, string]>([
    ['on its own nodes', [pod('own')], 'asExpected', ''],
    [
      'on a node of everybody’s, one of two',
      [pod('own'), pod('shared')],
      'failed',
      'n8n-on-shared runs on shared',
    ],
    [
      'on a node that is gone',
      [pod('gone')],
      'failed',
      'n8n-on-gone runs on gone',
    ],
    [
      'on its way out, or waiting for a node',
      [pod('shared', { deletionTimestamp: 'now' }), pod(undefined)],
      'asExpected',
      '',
    ],
    ['beside others', [pod('shared', { labels: {} })], 'asExpected', ''],
    ['not at all', [], 'asExpected', ''],
  ])('n8n runs %s', async (_, items, outcome, reason) => {
    const kubernetes = { list: async () => ({ items }) };
    const finding = await ofWorkload.run({
      ...testRound(side, { kubernetes }),
      node: name => NODES[name ?? ''],
    });
    expect(finding).toMatchObject({
      outcome,
      ...(reason && { reason: { summary: reason } }),
    });
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'what is another’s',
      {
        'kubectl.kubernetes.io/restartedAt': 'now',
        'dev.gvisor.spec.mount.data.type': 'bind',
      },
      'asExpected',
    ],
    [
      'a setting of Kata’s',
      { 'io.katacontainers.config.hypervisor.path': '/x' },
      'failed',
    ],
    ['a setting of gVisor’s', { 'dev.gvisor.flag.network': 'host' }, 'failed'],
  ])(
    'a sandbox that n8n’s pods say of: %s',
    async (_, annotations, outcome) => {
      const items = [pod('own'), pod('own', { annotations })];
      items[1].metadata.labels = items[0].metadata.labels;
      const kubernetes = { list: async () => ({ items }) };
      const finding = await sandbox.run(testRound(side, { kubernetes }));
      expect(finding.outcome).toBe(outcome);
    },
  );
});

describe('the nodes that n8n runs on', () => {
  const HOUR = 3_600_000;
  const START = Date.parse('2026-11-01T00:00:00Z');
  const check = NETWORK_CHECKS.find(({ id }) => id === 'net.own-node')!;
  let now = START;
  let tried: NodesTried;
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    now = START;
    tried = { maxAgeMs: 18 * HOUR };
  });
  afterEach(() => jest.restoreAllMocks());

  const sideOn = (nodes: string[]) => {
    const of = testSide({ tried });
    of.tenant.nodes = nodes;
    return of;
  };

  /** A proof, six hours after the last: what it came to goes on to the next. */
  async function prove(nodes: string[], ranOn?: string) {
    const of = sideOn(nodes);
    const [attempt] = fromOwnNode(of) as Attempt[];
    const facts = { nodeName: ranOn };
    const finding = await attempt.run({
      ...testRound(of),
      pod: async () => ({ facts, answers: new Map() } as any),
    });
    tried.last = receiptOf(of, check, attempt, {
      ...finding,
      startedAt: new Date(now).toISOString(),
      source: { type: 'pod', name: 'web-tenant-acme/proof' },
    });
    now += 6 * HOUR;
    return finding.outcome;
  }

  const outcomes = async (proofs: [string[], string?][]) => {
    const found: string[] = [];
    for (const [nodes, ranOn] of proofs) {
      found.push(await prove(nodes, ranOn));
    }
    return found.join(' ');
  };
  const times = (count: number, nodes: string[], ranOn?: string) =>
    Array.from({ length: count }, (): [string[], string?] => [nodes, ranOn]);

  it('leave the wall unproven where none had room for longer than a proof is good for', async () => {
    expect(await outcomes(times(6, ['full'], 'other'))).toBe(
      'notApplicable notApplicable notApplicable notApplicable inconclusive inconclusive',
    );
    expect(tried.last!.reason).toBe(
      'For longer than proofs.maxAge nothing was tried from where n8n runs (since: full 2026-11-01T00:00:00.000Z): make room for a proof pod there, uncordon it, or move n8n',
    );
    // Whatever comes of the proofs in between.
    expect(await outcomes(times(3, ['full'], undefined))).toBe(
      'inconclusive inconclusive inconclusive',
    );
    expect(tried.last!.response).toMatch(/full 2026-11-01T00:00/);
    expect(await outcomes(times(1, ['full'], 'full'))).toBe('asExpected');
    expect(await outcomes(times(2, ['full'], 'other'))).toBe(
      'notApplicable notApplicable',
    );
  });

  it('are counted from when n8n came there', async () => {
    await outcomes(times(4, ['first'], 'other'));
    expect(await outcomes(times(3, ['second'], 'other'))).toBe(
      'notApplicable notApplicable notApplicable',
    );
  });

  it('go on from receipts that say nothing of it yet', async () => {
    await outcomes(times(1, ['full'], 'other'));
    tried.last = { ...tried.last!, response: 'ran on other' };
    expect(await outcomes(times(4, ['full'], 'other'))).toBe(
      'notApplicable notApplicable notApplicable inconclusive',
    );
  });

  it('are shown by the others’ room for as long only', async () => {
    await outcomes(times(7, ['a', 'full'], 'a'));
    expect(tried.last!.outcome).toBe('asExpected');
    expect(await outcomes(times(1, ['a', 'full'], 'a'))).toBe('inconclusive');
    expect(tried.last!.reason).toMatch(/\(since: full 2026-11-01/);
    expect(tried.last!.reason).not.toMatch(/ a 2026/);
  });

  it('take turns, however many: none has to wait for too long', async () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'];
    const on: string[] = [];
    for (let i = 0; i < 25; i++) {
      const next = nodeToTry(sideOn(nodes))!;
      on.push(next);
      expect(await prove(nodes, next)).toBe('asExpected');
    }
    // At first they are all alike.
    for (let i = 5; i < 25; i += 5) {
      expect(on.slice(i, i + 5).sort()).toEqual(nodes);
    }
    expect(nodeToTry(sideOn([]))).toBeUndefined();
  });

  it('are not asked for where nobody knows of earlier proofs', async () => {
    tried = {};
    expect(await outcomes(times(9, ['full'], 'other'))).toMatch(
      /^(notApplicable ?){9}$/,
    );
  });
});
