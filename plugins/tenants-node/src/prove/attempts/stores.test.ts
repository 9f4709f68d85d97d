import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { digestOf } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { holding, testRound } from '../__fixtures__/portal';
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

const object = (
  kind: string,
  name: string,
  spec: object = {},
): KubernetesObject => ({
  apiVersion: API,
  kind,
  metadata: { name },
  spec,
});
const OURS = [object('SecretStore', 'vault'), object('ExternalSecret', 'n8n')];

const HOME: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: { team: 'acme' } },
};

const run = (
  others: KubernetesObject[],
  refused?: string,
  ours: string[] = [],
) => {
  const served = KINDS.map((kind): [string, string] => [API, kind]);
  const cluster = holding([HOME, ...OURS, ...others], refused, served);
  return noOtherStore(side).run({
    ...testRound(side, cluster),
    ours: new Set(ours),
  });
};

describe('what External Secrets acts on, besides ours', () => {
  const store = (...conditions: object[]) =>
    object('ClusterSecretStore', 'x', { conditions });
  const fetched = (team: string) =>
    object('ClusterExternalSecret', 'x', {
      namespaceSelectors: [{ matchLabels: { team } }],
    });
  it.each<[string, Outcome, ...KubernetesObject[]]>([
    ['nothing', 'asExpected'],
    ['a store', 'breached', object('SecretStore', 'mine')],
    ['something fetched', 'breached', object('ExternalSecret', 'mine')],
    ['something pushed', 'breached', object('PushSecret', 'out')],
    ['a generator', 'breached', object('Password', 'p')],
    ['a store for everybody', 'breached', object('ClusterSecretStore', 'all')],
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
      object('ClusterGenerator', 'g'),
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

  it('is not what this round has made itself, by its name', async () => {
    const ours = ['threewalls-proof-1'];
    const probe = object('ExternalSecret', ours[0]);
    expect((await run([probe], undefined, ours)).outcome).toBe('asExpected');
    const labelled = object('ExternalSecret', 'threewalls-proof-2');
    labelled.metadata.labels = { 'threewalls.io/proof': 'external-secret' };
    expect((await run([labelled], undefined, ours)).outcome).toBe('breached');
  });

  it('says the digest by which config would let it be', async () => {
    const everybodys = object('ClusterSecretStore', 'all');
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
