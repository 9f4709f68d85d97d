import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { digestOf } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { HOME, holding, object, testRound } from '../__fixtures__/portal';
import { sideOn, testSide } from '../__fixtures__/side';
import { Side } from '../types';
import { noWidening } from './policies';

const side = testSide();
const cilium = 'cilium.io/v2';

const OURS = { name: 'tenant-isolation' };
const SERVED: [string, string][] = [
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  [cilium, 'CiliumNetworkPolicy'],
  [cilium, 'CiliumClusterwideNetworkPolicy'],
];

const run = (objects: KubernetesObject[], refused?: string, on: Side = side) =>
  noWidening(on).run(
    testRound(on, holding([HOME, ...objects], refused, SERVED)),
  );

const OPEN = { podSelector: {}, ingress: [{}] };

/** Kinds that are called much like policies, and let nothing through. */
const HARMLESS: [string, string][] = [
  ['security.istio.io/v1', 'AuthorizationPolicy'],
  ['gateway.networking.k8s.io/v1', 'BackendTLSPolicy'],
  ['kyverno.io/v1', 'ClusterPolicy'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['networking.gke.io/v1', 'GCPFirewall'],
  ['crd.projectcalico.org/v1', 'StagedNetworkPolicy'],
  ['stats.antrea.io/v1alpha1', 'NetworkPolicyStats'],
  ['controlplane.antrea.io/v1beta2', 'NetworkPolicy'],
  ['k8s.cni.cncf.io/v1beta1', 'MultiNetworkPolicy'],
  ['compute.gcp.upbound.io/v1beta1', 'Firewall'],
  ['networkfirewall.aws.m.upbound.io/v1beta1', 'FirewallPolicy'],
];

const identified = (policy: KubernetesObject): KubernetesObject => ({
  ...policy,
  metadata: { ...policy.metadata, uid: 'uid-of-ours' },
});

/** What EKS’ controller makes of a policy for its agents. */
const endpointOf = (kind: string, uid: string): KubernetesObject => {
  const owner = { kind, ...OURS, uid, controller: true };
  return object('networking.k8s.aws/v1alpha1', 'PolicyEndpoint', undefined, {
    ownerReferences: [owner],
  });
};

describe('policies besides ours', () => {
  const np = (spec: object, name = 'other') =>
    object('networking.k8s.io/v1', 'NetworkPolicy', spec, { name });
  const forPods = (podSelector: object) => np({ ...OPEN, podSelector });
  it.each<[string, Outcome, ...KubernetesObject[]]>([
    ['none', 'asExpected'],
    ['ours, however it is', 'asExpected', np(OPEN, 'tenant-isolation')],
    ['one that allows nothing', 'asExpected', np({ podSelector: {} })],
    ['one that opens', 'breached', np(OPEN)],
    [
      'one that opens for n8n alone',
      'breached',
      forPods({ matchLabels: { 'app.kubernetes.io/name': 'n8n' } }),
    ],
    [
      'one that opens for nobody who is there',
      'asExpected',
      forPods({ matchLabels: { app: 'x' } }),
    ],
    [
      'one that opens for a pod that is there, though no plan has it',
      'breached',
      forPods({ matchLabels: { app: 'x' } }),
      object('v1', 'Pod', {}, { labels: { app: 'x' } }),
    ],
    [
      'one of Cilium’s that can’t be told',
      'inconclusive',
      object(cilium, 'CiliumNetworkPolicy', {
        endpointSelector: {},
        egress: [{ toServices: [{}] }],
      }),
    ],
    [
      'one with an operator that nobody knows',
      'inconclusive',
      forPods({
        matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }],
      }),
    ],
    [
      'one of another network’s',
      'inconclusive',
      object('crd.projectcalico.org/v1', 'GlobalNetworkPolicy'),
    ],
    [
      'one that is called the same in another API',
      'inconclusive',
      object('crd.antrea.io/v1beta1', 'NetworkPolicy'),
    ],
    [
      'a redirection',
      'inconclusive',
      object(cilium, 'CiliumLocalRedirectPolicy'),
    ],
    [
      'one that is called as ours is, in another API',
      'inconclusive',
      object('crd.antrea.io/v1beta1', 'NetworkPolicy', {}, OURS),
    ],
    [
      'one of EKS’ that comes before all others',
      'inconclusive',
      object('networking.k8s.aws/v1alpha1', 'ClusterNetworkPolicy'),
    ],
    [
      'one of EKS’ that allows names',
      'inconclusive',
      object('networking.k8s.aws/v1alpha1', 'ApplicationNetworkPolicy'),
    ],
    [
      'security groups of EKS’',
      'inconclusive',
      object('vpcresources.k8s.aws/v1beta1', 'SecurityGroupPolicy'),
    ],
    [
      'one of GKE’s that allows names',
      'inconclusive',
      object('networking.gke.io/v1alpha1', 'FQDNNetworkPolicy'),
    ],
    [
      'one of a network that nobody here knows',
      'inconclusive',
      object('net.acme.test/v1', 'SpecialNetworkPolicy'),
    ],
    [
      'a firewall of a network that nobody here knows',
      'inconclusive',
      object('net.acme.test/v1', 'ClusterFirewall'),
    ],
    [
      'what EKS makes of ours',
      'asExpected',
      identified(np(OPEN, 'tenant-isolation')),
      endpointOf('NetworkPolicy', 'uid-of-ours'),
    ],
    [
      'what EKS would make of one that isn’t there',
      'inconclusive',
      identified(np(OPEN, 'tenant-isolation')),
      endpointOf('NetworkPolicy', 'uid-of-another'),
    ],
    [
      'what EKS would enforce, made of nothing',
      'inconclusive',
      np(OPEN, 'tenant-isolation'),
      object('networking.k8s.aws/v1alpha1', 'PolicyEndpoint'),
    ],
    ...HARMLESS.map(
      ([apiVersion, kind]): [string, Outcome, KubernetesObject] => [
        `what is no policy of a network’s: ${kind} of ${apiVersion}`,
        'asExpected',
        object(apiVersion, kind),
      ],
    ),
  ])('%s', async (_, outcome, ...objects) => {
    expect((await run(objects)).outcome).toBe(outcome);
  });

  it.each([
    '/apis',
    'NetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
    'GlobalNetworkPolicy',
    'Namespace',
  ])('are not known where %s can’t be read', async refused => {
    const calico = object('crd.projectcalico.org/v1', 'GlobalNetworkPolicy');
    const finding = await run([calico], refused);
    expect([finding.outcome, finding.reason?.summary]).toEqual([
      'inconclusive',
      expect.stringContaining(`${refused} is forbidden`),
    ]);
  });

  it('are not known where one of a group that nobody here knows can’t be read', async () => {
    const unknown = object('net.acme.test/v1', 'SpecialNetworkPolicy');
    const finding = await run([unknown], 'SpecialNetworkPolicy');
    expect([finding.outcome, finding.reason?.summary]).toEqual([
      'inconclusive',
      expect.stringMatching(
        /SpecialNetworkPolicy \(net\.acme\.test\/v1\).*list and watch.*network\.harmlessApis/,
      ),
    ]);
    const { network } = side.cluster.config;
    const told = sideOn(side, {
      network: { ...network, harmlessApis: ['net.acme.test'] },
    });
    expect((await run([unknown], 'SpecialNetworkPolicy', told)).outcome).toBe(
      'asExpected',
    );
  });

  it('are let be as config has seen them, and no other way', async () => {
    const seen = np(OPEN);
    const digest = digestOf(seen);
    const known = sideOn(side, {
      exceptions: [{ kind: 'NetworkPolicy', name: 'other', digest }],
    });
    expect(await run([seen], undefined, known)).toMatchObject({
      outcome: 'asExpected',
      response: expect.stringMatching(
        /excepted by config: NetworkPolicy other$/,
      ),
    });
    const changed = np({ ...OPEN, policyTypes: ['Ingress'] });
    expect((await run([changed], undefined, known)).outcome).toBe('breached');
    expect((await run([seen])).reason?.summary).toContain(digest);
    const reordered = np({ ingress: [{}], podSelector: {} });
    expect(digestOf(reordered)).toBe(digest);
  });
});
