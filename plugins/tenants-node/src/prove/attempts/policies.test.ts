import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { noWidening } from './policies';

const side = testSide();
const { namespace } = side.tenant.plan.names;

describe('policies besides ours', () => {
  const ns = (key: string, value: string) => ({
    endpointSelector: { matchLabels: { [key]: value } },
  });
  const allow = { egress: [{}] };
  const rows: [string, string, object, Outcome][] = [
    [
      'none',
      'NetworkPolicy',
      { metadata: { name: 'tenant-isolation' }, spec: { egress: [{}] } },
      'asExpected',
    ],
    [
      'a second one that allows',
      'NetworkPolicy',
      { metadata: { name: 'n8n' }, spec: { ingress: [{}] } },
      'breached',
    ],
    [
      'a second one that only denies',
      'NetworkPolicy',
      { metadata: { name: 'n8n' }, spec: { policyTypes: ['Ingress'] } },
      'asExpected',
    ],
    [
      'one of Cilium’s that allows',
      'CiliumNetworkPolicy',
      { metadata: { name: 'x' }, specs: [allow] },
      'breached',
    ],
    [
      'one of Cilium’s that only denies',
      'CiliumNetworkPolicy',
      { metadata: { name: 'x' }, spec: { egressDeny: [{}] } },
      'asExpected',
    ],
    [
      'cluster-wide, for everyone',
      'CiliumClusterwideNetworkPolicy',
      { metadata: { name: 'x' }, spec: { endpointSelector: {}, ...allow } },
      'breached',
    ],
    [
      'cluster-wide, for this namespace',
      'CiliumClusterwideNetworkPolicy',
      {
        metadata: { name: 'x' },
        spec: { ...ns('k8s:io.kubernetes.pod.namespace', namespace), ...allow },
      },
      'breached',
    ],
    [
      'cluster-wide, for another namespace',
      'CiliumClusterwideNetworkPolicy',
      {
        metadata: { name: 'x' },
        spec: { ...ns('k8s:io.kubernetes.pod.namespace', 'other'), ...allow },
      },
      'asExpected',
    ],
    [
      'cluster-wide, for namespaces with its label',
      'CiliumClusterwideNetworkPolicy',
      {
        metadata: { name: 'x' },
        spec: {
          ...ns('k8s:io.cilium.k8s.namespace.labels.team', 'acme'),
          ...allow,
        },
      },
      'breached',
    ],
    [
      'cluster-wide, for pods with a label',
      'CiliumClusterwideNetworkPolicy',
      { metadata: { name: 'x' }, spec: { ...ns('any:app', 'n8n'), ...allow } },
      'breached',
    ],
    [
      'cluster-wide, for nodes',
      'CiliumClusterwideNetworkPolicy',
      { metadata: { name: 'x' }, spec: { nodeSelector: {}, ...allow } },
      'asExpected',
    ],
  ];

  it.each(rows)('%s', async (_, kind, policy, outcome) => {
    const kubernetes = {
      list: async (ref: { kind: string }) => ({
        items: ref.kind === kind ? [policy] : [],
      }),
      get: async () => ({ metadata: { labels: { team: 'acme' } } }),
    };
    expect(
      (await runAttempt(side, noWidening(side), { kubernetes })).outcome,
    ).toBe(outcome);
  });
});
