import { say } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import { testRound } from '../__fixtures__/portal';
import { testCluster, testSide } from '../__fixtures__/side';
import { tenantParty } from '../round/facts';
import { Attempt, NodeFacts } from '../types';
import { declaredPlacement, placements } from './placement';

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
