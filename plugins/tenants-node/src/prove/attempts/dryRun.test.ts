import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { Attempt } from '../types';
import { accepts, askedTogether, refuses } from './dryRun';

const side = testSide();
const run = (
  attempt: Attempt,
  clients: { kubernetes?: object; vault?: object },
) => runAttempt(side, attempt, clients);

const { namespace } = side.tenant.plan.names;

describe('dry runs', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'x' },
  };
  const answering = (status: number, message?: string) => ({
    kubernetes: { create: async () => ({ status, body: { message } }) },
  });

  it.each<[string, number, string | undefined, Outcome]>([
    [
      'the refusal that is meant',
      403,
      'exceeded quota: tenant-quota, requested: limits.memory=3Gi',
      'asExpected',
    ],
    [
      'among others',
      403,
      '[first, exceeded quota: tenant-quota, limits.memory=3Gi]',
      'asExpected',
    ],
    ['another refusal', 403, 'violates PodSecurity', 'inconclusive'],
    [
      'another quota',
      403,
      'exceeded quota: other, requested: pods=1',
      'inconclusive',
    ],
    [
      'another status',
      500,
      'exceeded quota: tenant-quota limits.memory',
      'inconclusive',
    ],
    ['accepted', 201, undefined, 'breached'],
  ])('has to be refused: %s', async (_, status, message, outcome) => {
    const attempt = refuses(
      'x',
      pod,
      'exceeded quota: tenant-quota',
      'limits.memory',
    );
    expect((await run(attempt, answering(status, message))).outcome).toBe(
      outcome,
    );
  });

  it.each<[string, number, string | undefined, Outcome]>([
    ['accepted', 201, undefined, 'asExpected'],
    [
      'the quota is used up',
      403,
      'exceeded quota: tenant-quota, requested: pods=1',
      'asExpected',
    ],
    ['refused', 403, 'violates PodSecurity', 'failed'],
  ])('has to be accepted: %s', async (_, status, message, outcome) => {
    expect(
      (
        await run(
          accepts('x', pod, () => undefined),
          answering(status, message),
        )
      ).outcome,
    ).toBe(outcome);
  });

  it('waits for the quota controller', async () => {
    const answers = [
      {
        status: 403,
        body: {
          message:
            'status unknown for quota: tenant-quota, resources: limits.cpu',
        },
      },
      { status: 201, body: {} },
    ];
    const create = jest.fn(async () => answers.shift());
    expect(
      (
        await run(
          accepts('x', pod, () => undefined),
          { kubernetes: { create } },
        )
      ).outcome,
    ).toBe('asExpected');
    expect(create).toHaveBeenCalledTimes(2);
  });

  const all = { ...pod, metadata: { namespace, name: 'all' } };

  it.each<[string, all: string | undefined, alone: string[], Outcome]>([
    ['says it among others', '[first, limit is 4Gi, last]', [], 'asExpected'],
    ['says others only', 'limit is 5Gi', ['limit is 4Gi'], 'asExpected'],
    ['says others only, and alone it is let through', '5Gi', [], 'breached'],
    ['is for another reason', 'no', ['no'], 'inconclusive'],
    ['does not come', undefined, ['limit is 4Gi'], 'asExpected'],
  ])(
    'is read off a refusal of several at once, which %s',
    async (_, together, alone, outcome) => {
      const asked: string[] = [];
      const kubernetes = {
        create: async ({ metadata: { name } }: typeof pod) => {
          asked.push(name);
          const message = name === 'all' ? together : alone[0];
          return { status: message ? 403 : 201, body: { message } };
        },
      };
      const attempt = askedTogether(
        refuses('x', pod, 'limit is'),
        all,
        refusal => /limit is 4Gi\b/.test(refusal),
      );
      expect((await run(attempt, { kubernetes })).outcome).toBe(outcome);
      expect(asked).toEqual(
        together?.includes('limit is 4Gi') ? ['all'] : ['all', 'x'],
      );
    },
  );
});
