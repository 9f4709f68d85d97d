import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { digestOf } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { Side } from '../types';
import { noWidening } from './policies';

const side = testSide();
const { namespace } = side.tenant.plan.names;
const cilium = 'cilium.io/v2';

const object = (
  kind: string,
  apiVersion: string,
  spec: object,
  name = 'other',
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});

/** A cluster that serves these kinds, and has these objects. */
function cluster(objects: KubernetesObject[], refused?: string) {
  const groups = new Map<string, Set<string>>([
    ['networking.k8s.io/v1', new Set(['NetworkPolicy'])],
    [
      cilium,
      new Set(['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy']),
    ],
  ]);
  for (const { apiVersion, kind } of objects) {
    groups.set(apiVersion, (groups.get(apiVersion) ?? new Set()).add(kind));
  }
  const discovered = {
    kind: 'APIGroupDiscoveryList',
    items: [...groups].map(([groupVersion, kinds]) => {
      const [name, version] = groupVersion.split('/');
      return {
        metadata: { name },
        versions: [
          {
            version,
            resources: [...kinds].map(kind => ({
              resource: `${kind.toLowerCase()}s`,
              responseKind: { kind },
              scope: 'Namespaced',
            })),
          },
        ],
      };
    }),
  };
  return {
    kubernetes: {
      expect: async ({ path }: { path: string }) => {
        if (path === refused) {
          throw new Error(`${path} is forbidden`);
        }
        return discovered;
      },
      list: async ({ kind }: { kind: string }) => {
        if (kind === refused) {
          throw new Error(`${kind} is forbidden`);
        }
        if (kind === 'Namespace') {
          const labels = { team: 'acme' };
          return { items: [{ metadata: { name: namespace, labels } }] };
        }
        return { items: objects.filter(o => o.kind === kind) };
      },
    },
  };
}

const run = (objects: KubernetesObject[], refused?: string, on: Side = side) =>
  noWidening(on).run(testRound(on, cluster(objects, refused)));

const OPEN = { podSelector: {}, ingress: [{}] };

describe('policies besides ours', () => {
  const np = (spec: object, name?: string) =>
    object('NetworkPolicy', 'networking.k8s.io/v1', spec, name);
  it.each<[string, KubernetesObject[], Outcome]>([
    ['none', [], 'asExpected'],
    ['ours, however it is', [np(OPEN, 'tenant-isolation')], 'asExpected'],
    ['one that allows nothing', [np({ podSelector: {} })], 'asExpected'],
    ['one that opens', [np(OPEN)], 'breached'],
    [
      'one that opens for n8n alone',
      [
        np({
          ...OPEN,
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'n8n' } },
        }),
      ],
      'breached',
    ],
    [
      'one that opens for nobody who is there',
      [np({ ...OPEN, podSelector: { matchLabels: { app: 'x' } } })],
      'asExpected',
    ],
    [
      'one that opens for a pod that is there, though no plan has it',
      [
        np({ ...OPEN, podSelector: { matchLabels: { app: 'x' } } }),
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'x', labels: { app: 'x' } },
          spec: {},
        },
      ],
      'breached',
    ],
    [
      'one of Cilium’s that can’t be told',
      [
        object('CiliumNetworkPolicy', cilium, {
          endpointSelector: {},
          egress: [{ toServices: [{}] }],
        }),
      ],
      'inconclusive',
    ],
    [
      'one with an operator that nobody knows',
      [
        np({
          ...OPEN,
          podSelector: {
            matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }],
          },
        }),
      ],
      'inconclusive',
    ],
    [
      'one of another network’s',
      [object('GlobalNetworkPolicy', 'crd.projectcalico.org/v1', {})],
      'inconclusive',
    ],
    [
      'one that is called the same in another API',
      [object('NetworkPolicy', 'crd.antrea.io/v1beta1', {})],
      'inconclusive',
    ],
    [
      'a redirection',
      [object('CiliumLocalRedirectPolicy', cilium, {})],
      'inconclusive',
    ],
  ])('%s', async (_, objects, outcome) => {
    expect((await run(objects)).outcome).toBe(outcome);
  });

  it.each([
    '/apis',
    'NetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
    'GlobalNetworkPolicy',
    'Namespace',
  ])('are not known where %s can’t be read', async refused => {
    const calico = object(
      'GlobalNetworkPolicy',
      'crd.projectcalico.org/v1',
      {},
    );
    const finding = await run([calico], refused);
    expect([finding.outcome, finding.reason]).toEqual([
      'inconclusive',
      expect.stringContaining(`${refused} is forbidden`),
    ]);
  });

  it('are let be as config has seen them, and no other way', async () => {
    const seen = np(OPEN);
    const except = (digest: string): Side => {
      const config = {
        ...side.cluster.config,
        exceptions: [{ kind: 'NetworkPolicy', name: 'other', digest }],
      };
      return { ...side, cluster: { ...side.cluster, config } };
    };
    const known = except(digestOf(seen));
    expect(await run([seen], undefined, known)).toMatchObject({
      outcome: 'asExpected',
      response: expect.stringMatching(
        /excepted by config: NetworkPolicy other$/,
      ),
    });
    const changed = np({ ...OPEN, policyTypes: ['Ingress'] });
    expect((await run([changed], undefined, known)).outcome).toBe('breached');
    expect((await run([seen])).reason).toContain(digestOf(seen));
    const reordered = np({ ingress: [{}], podSelector: {} });
    expect(digestOf(reordered)).toBe(digestOf(seen));
  });
});
