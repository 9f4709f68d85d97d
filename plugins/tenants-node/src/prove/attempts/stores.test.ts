import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { digestOf } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { HOME, holding, object, testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { noOtherStore, storeReady } from './stores';

const side = testSide();
const { namespace } = side.tenant.plan.names;
const API = 'external-secrets.io/v1';
const KINDS = [
  'SecretStore',
  'ExternalSecret',
  'PushSecret',
  'Password',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'ClusterPushSecret',
  'ClusterGenerator',
];

const own = (kind: string, name: string, spec?: object) =>
  object(API, kind, spec, { name });
const OURS = [own('SecretStore', 'vault'), own('ExternalSecret', 'n8n')];

const run = (others: KubernetesObject[], refused?: string) => {
  const served = KINDS.map((kind): [string, string] => [API, kind]);
  const cluster = holding([HOME, ...OURS, ...others], refused, served);
  return noOtherStore(side).run(testRound(side, cluster));
};

describe('what External Secrets acts on, besides ours', () => {
  const store = (...conditions: object[]) =>
    own('ClusterSecretStore', 'x', { conditions });
  const fetched = (team: string) =>
    own('ClusterExternalSecret', 'x', {
      namespaceSelectors: [{ matchLabels: { team } }],
    });
  it.each<[string, Outcome, ...KubernetesObject[]]>([
    ['nothing', 'asExpected'],
    ['a store', 'breached', own('SecretStore', 'mine')],
    ['something fetched', 'breached', own('ExternalSecret', 'mine')],
    ['something pushed', 'breached', own('PushSecret', 'out')],
    ['a generator', 'breached', own('Password', 'p')],
    ['a store for everybody', 'breached', own('ClusterSecretStore', 'all')],
    ['a store for others', 'asExpected', store({ namespaces: ['ci'] })],
    ['a store by name', 'breached', store({ namespaces: [namespace] })],
    ['a store by pattern', 'breached', store({ namespaceRegexes: ['^web-'] })],
    [
      'a store by labels, in the second condition',
      'breached',
      store(
        { namespaces: ['ci'] },
        { namespaceSelector: { matchLabels: { team: 'acme' } } },
      ),
    ],
    ['something fetched by a label of it', 'breached', fetched('acme')],
    ['something fetched for others', 'asExpected', fetched('globex')],
    [
      'a generator that nobody asks',
      'asExpected',
      own('ClusterGenerator', 'g'),
    ],
  ])('%s', async (_, outcome, ...others) => {
    expect((await run(others)).outcome).toBe(outcome);
  });

  it.each(['PushSecret', 'ClusterSecretStore', 'Password'])(
    'is not known where %s can’t be listed',
    async refused => {
      expect(await run([], refused)).toMatchObject({
        outcome: 'inconclusive',
        reason: {
          summary: expect.stringContaining(`${refused} is forbidden`),
        },
      });
    },
  );

  const ref = {
    key: side.canary.plan.names.kvPath,
    property: 'threewalls-no-such-property',
    decodingStrategy: 'None',
  };
  const PROBE = {
    secretStoreRef: { kind: 'SecretStore', name: 'vault' },
    data: [{ secretKey: 'value', remoteRef: ref }],
  };
  const asking = (remoteRef: object, more: object = {}) => ({
    data: [
      { secretKey: 'value', remoteRef: { ...ref, ...remoteRef }, ...more },
    ],
  });
  it.each<[string, Outcome, object]>([
    ['a proof’s', 'asExpected', {}],
    ['for a property that may exist', 'breached', asking({ property: 'x' })],
    ['for a whole entry', 'breached', asking({ property: undefined })],
    ['for another key', 'breached', asking({ key: 'web-tenant-globex' })],
    ['for metadata', 'breached', asking({ metadataPolicy: 'Fetch' })],
    ['from elsewhere', 'breached', asking({}, { sourceRef: {} })],
    ['for more', 'breached', { data: [...PROBE.data, ...PROBE.data] }],
    ['for all', 'breached', { dataFrom: [{}] }],
    ['for nothing', 'breached', { data: [] }],
    ['by another store', 'breached', { secretStoreRef: { name: 'vault' } }],
  ])(
    'lets an ExternalSecret be that can copy nothing: %s',
    async (_, outcome, spec) => {
      const probe = own('ExternalSecret', 'x', { ...PROBE, ...spec });
      expect((await run([probe])).outcome).toBe(outcome);
    },
  );

  it('says the digest by which config would let it be', async () => {
    const everybodys = own('ClusterSecretStore', 'all');
    expect((await run([everybodys])).reason?.summary).toContain(
      `ClusterSecretStore all (digest ${digestOf(everybodys)})`,
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
