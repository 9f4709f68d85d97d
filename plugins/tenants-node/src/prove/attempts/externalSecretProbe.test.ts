import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView } from '../../clients';
import { runAttempt, testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { externalSecretFor, probesLeft } from './externalSecretProbe';

const side = testSide();
const attempt = externalSecretFor(side, side.canary);
const refused = (request: string) =>
  `error processing spec.data[0]: URL: ${request}\nCode: 403. Errors:\n\n* permission denied`;
const DENIED = refused('GET http://vault:8200/v1/secret/data/web-tenant-ram');
const NO_LOGIN = refused('PUT http://vault:8200/v1/auth/kubernetes/login');
const ANOTHER = refused('GET http://vault:8200/v1/secret/data/web-tenant-acme');
const READABLE =
  'cannot find secret data for key: "threewalls-no-such-property"';

/** External Secrets says these things, and leaves the object like that. */
function operator(messages: string[], status: object = {}) {
  const created: any[] = [];
  const deleted: string[] = [];
  return {
    created,
    deleted,
    kubernetes: {
      create: async (object: any) => {
        created.push(object);
        return { status: 201, body: object };
      },
      list: async (_: object, { signal }: { signal: AbortSignal }) => {
        signal.throwIfAborted();
        return { items: messages.map(message => ({ message })) };
      },
      get: async () => ({ status }),
      delete: async ({ name }: { name: string }) => deleted.push(name),
    },
  };
}

describe('the ExternalSecret for another tenant’s key', () => {
  it.each<[string, string[], object, Outcome]>([
    ['is refused', ['SecretStore is not ready', DENIED], {}, 'asExpected'],
    ['could be read', [READABLE], {}, 'breached'],
    ['was copied', [DENIED], { binding: { name: 'stolen' } }, 'breached'],
    ['could not log in', [NO_LOGIN], {}, 'inconclusive'],
    ['is refused another key', [ANOTHER], {}, 'inconclusive'],
    ['says nothing of it', ['SecretStore is not ready'], {}, 'inconclusive'],
  ])(
    '%s',
    async (_, messages, status, outcome) => {
      const { kubernetes, created, deleted } = operator(messages, status);
      const answer = await runAttempt(side, attempt, { kubernetes });
      expect(answer.outcome).toBe(outcome);
      expect(deleted).toEqual([created[0].metadata.name]);
      // What says nothing is waited for.
    },
    20_000,
  );

  it.each<[string, object[], Outcome, asked: number]>([
    ['not bound', [{}, { conditions: [] }], 'asExpected', 0],
    [
      'bound',
      [{}, { conditions: [], binding: { name: 'stolen' } }],
      'breached',
      0,
    ],
    ['not written yet, and bound when looked up', [{}], 'breached', 1],
  ])(
    'is looked at in memory, where there is one: %s',
    async (_, statuses, outcome, asked) => {
      const on = operator([DENIED]);
      const get = jest.fn(async () => ({
        status: { binding: { name: 'stolen' } },
      }));
      const round = testRound(side, { kubernetes: { ...on.kubernetes, get } });
      async function* follow() {
        for (const status of statuses) {
          yield [{ ...on.created[0], status }];
        }
      }
      const view = { ...round.view, follow } as unknown as ClusterView;
      const finding = await attempt.run({ ...round, view });
      expect(finding.outcome).toBe(outcome);
      expect(get).toHaveBeenCalledTimes(asked);
    },
  );

  it('asks for what does not exist, so that nothing can be copied', async () => {
    const { kubernetes, created } = operator([DENIED]);
    await runAttempt(side, attempt, { kubernetes });
    const [{ spec, metadata }] = created;
    expect(spec.data).toEqual([
      {
        secretKey: 'value',
        remoteRef: {
          key: 'web-tenant-ram',
          property: 'threewalls-no-such-property',
        },
      },
    ]);
    expect(metadata.labels['threewalls.io/proof']).toBe('external-secret');
  });

  it('is not waited for where it couldn’t be created', async () => {
    const on = operator([]);
    const create = async () => ({
      status: 403,
      body: { message: 'forbidden' },
    });
    const kubernetes = { ...on.kubernetes, create };
    const answer = await runAttempt(side, attempt, { kubernetes });
    expect([answer.outcome, answer.code]).toEqual(['inconclusive', '403']);
  });

  it('removes one that an API server which was away has kept, and knows it meanwhile', async () => {
    const { kubernetes, created, deleted } = operator([DENIED]);
    const remove = kubernetes.delete;
    kubernetes.delete = async () => {
      throw new Error('away');
    };
    await expect(runAttempt(side, attempt, { kubernetes })).rejects.toThrow(
      'away',
    );
    const [{ metadata }] = created;
    const client = { kubernetes } as unknown as Pick<Cluster, 'kubernetes'>;
    expect(probesLeft(client)).toEqual([metadata.name]);
    kubernetes.delete = remove;
    await runAttempt(side, attempt, { kubernetes });
    expect(deleted).toEqual([metadata.name, created[1].metadata.name]);
    expect(probesLeft(client)).toEqual([]);
  });
});
