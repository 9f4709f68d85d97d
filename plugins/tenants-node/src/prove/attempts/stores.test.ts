import { digestOf } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { noOtherStore, storeReady } from './stores';

const side = testSide();
const { namespace } = side.tenant.plan.names;
const NAMESPACED = ['SecretStore', 'ExternalSecret', 'PushSecret', 'Password'];
const CLUSTER_WIDE = [
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'ClusterPushSecret',
  'ClusterGenerator',
];

const object = (
  kind: string,
  name: string,
  spec: object = {},
): KubernetesObject => ({
  apiVersion: 'external-secrets.io/v1',
  kind,
  metadata: { name },
  spec,
});
const OURS = [object('SecretStore', 'vault'), object('ExternalSecret', 'n8n')];

/** External Secrets with these objects beside the plan's. */
function cluster(others: KubernetesObject[], refused?: string) {
  const kinds = (names: string[], scope: string) =>
    names.map(kind => ({
      resource: `${kind.toLowerCase()}s`,
      responseKind: { kind },
      scope,
    }));
  const discovered = {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'external-secrets.io' },
        versions: [
          { version: 'v1', resources: kinds(NAMESPACED, 'Namespaced') },
          { version: 'v1alpha1', resources: kinds(CLUSTER_WIDE, 'Cluster') },
        ],
      },
    ],
  };
  return {
    kubernetes: {
      expect: async () => discovered,
      list: async ({ kind }: { kind: string }) => {
        if (kind === refused) {
          throw new Error(`${kind} is forbidden`);
        }
        const home = { name: namespace, labels: { team: 'acme' } };
        return {
          items:
            kind === 'Namespace'
              ? [{ metadata: home }]
              : [...OURS, ...others].filter(o => o.kind === kind),
        };
      },
    },
  };
}

const run = (
  others: KubernetesObject[],
  refused?: string,
  ours: string[] = [],
) =>
  noOtherStore(side).run({
    ...testRound(side, cluster(others, refused)),
    ours: new Set(ours),
  });

describe('what External Secrets acts on, besides ours', () => {
  it.each<[string, KubernetesObject[], string]>([
    ['nothing', [], 'asExpected'],
    ['a store', [object('SecretStore', 'mine')], 'breached'],
    ['something fetched', [object('ExternalSecret', 'mine')], 'breached'],
    ['something pushed', [object('PushSecret', 'out')], 'breached'],
    ['a generator', [object('Password', 'p')], 'breached'],
    [
      'a store for everybody',
      [object('ClusterSecretStore', 'all')],
      'breached',
    ],
    [
      'a store for others',
      [
        object('ClusterSecretStore', 'ci', {
          conditions: [{ namespaces: ['ci'] }],
        }),
      ],
      'asExpected',
    ],
    [
      'a store by name',
      [
        object('ClusterSecretStore', 'x', {
          conditions: [{ namespaces: [namespace] }],
        }),
      ],
      'breached',
    ],
    [
      'a store by pattern',
      [
        object('ClusterSecretStore', 'x', {
          conditions: [{ namespaceRegexes: ['^web-'] }],
        }),
      ],
      'breached',
    ],
    [
      'a store by labels, in the second condition',
      [
        object('ClusterSecretStore', 'x', {
          conditions: [
            { namespaces: ['ci'] },
            { namespaceSelector: { matchLabels: { team: 'acme' } } },
          ],
        }),
      ],
      'breached',
    ],
    [
      'something fetched for all namespaces with its label',
      [
        object('ClusterExternalSecret', 'x', {
          namespaceSelectors: [{ matchLabels: { team: 'acme' } }],
        }),
      ],
      'breached',
    ],
    [
      'something fetched for others',
      [
        object('ClusterExternalSecret', 'x', {
          namespaceSelectors: [{ matchLabels: { team: 'globex' } }],
        }),
      ],
      'asExpected',
    ],
    [
      'a generator that nobody asks',
      [object('ClusterGenerator', 'g')],
      'asExpected',
    ],
  ])('%s', async (_, others, outcome) => {
    expect((await run(others)).outcome).toBe(outcome);
  });

  it.each(['PushSecret', 'ClusterSecretStore', 'Password'])(
    'is not known where %s can’t be listed',
    async refused => {
      expect(await run([], refused)).toMatchObject({
        outcome: 'inconclusive',
        reason: expect.stringContaining(`${refused} is forbidden`),
      });
    },
  );

  it('is not what this round has made itself, by its name', async () => {
    const probe = object('ExternalSecret', 'threewalls-proof-1');
    expect(
      (await run([probe], undefined, ['threewalls-proof-1'])).outcome,
    ).toBe('asExpected');
    const labelled = {
      ...object('ExternalSecret', 'threewalls-proof-2'),
      metadata: {
        name: 'threewalls-proof-2',
        labels: { 'threewalls.io/proof': 'external-secret' },
      },
    };
    expect(
      (await run([labelled], undefined, ['threewalls-proof-1'])).outcome,
    ).toBe('breached');
  });

  it('says the digest by which config would let it be', async () => {
    const store = object('ClusterSecretStore', 'all');
    expect((await run([store])).reason).toContain(
      `ClusterSecretStore all (digest ${digestOf(store)})`,
    );
  });
});

describe('the tenant’s own store', () => {
  it.each([
    [[{ type: 'Ready', status: 'True' }], 'asExpected'],
    [
      [{ type: 'Ready', status: 'False', reason: 'InvalidProviderConfig' }],
      'failed',
    ],
    [[], 'failed'],
  ])('is Ready: %j', async (conditions, outcome) => {
    const items = [{ metadata: { name: 'vault' }, status: { conditions } }];
    const kubernetes = { list: async () => ({ items }) };
    const finding = await storeReady(side).run(testRound(side, { kubernetes }));
    expect(finding.outcome).toBe(outcome);
  });
});
