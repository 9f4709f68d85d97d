import { Outcome, say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { testRound } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { externalSecretFor } from './externalSecretProbe';

const side = testSide();
const attempt = externalSecretFor(side, side.canary);
const POD = { namespace: 'web-tenant-acme', name: 'proof', uid: 'u1' };
const roundOn = (kubernetes: object, pod: object = POD) => ({
  ...testRound(side, { kubernetes }),
  made: async () => ({ answers: new Map(), facts: {}, ...POD, ...pod }),
});
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
      const answer = await attempt.run(roundOn(kubernetes));
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
      const round = roundOn({ ...on.kubernetes, get });
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
    await attempt.run(roundOn(kubernetes));
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
    const answer = await attempt.run(roundOn(kubernetes));
    expect([answer.outcome, answer.code]).toEqual(['inconclusive', '403']);
  });

  it('goes with the pod of the round, and is not made without one', async () => {
    const { kubernetes, created } = operator([DENIED]);
    const problem = say('podNotMade', { message: 'no room' });
    const none = await attempt.run(
      roundOn(kubernetes, { uid: undefined, problem }),
    );
    expect([none.outcome, none.reason]).toEqual(['inconclusive', problem]);
    expect(created).toEqual([]);
    kubernetes.delete = async () => {
      throw new Error('away');
    };
    const answer = await attempt.run(roundOn(kubernetes));
    expect(answer.outcome).toBe('asExpected');
    expect(created[0].metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Pod', name: 'proof', uid: 'u1' },
    ]);
  });
});
