import { runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { Attempt } from '../types';
import { asPlanned } from './asPlanned';
import { differences } from './differences';
import { storesAsPlanned } from './stores';
import { vaultAsPlanned } from './vaultText';

const side = testSide();
const run = (
  attempt: Attempt,
  clients: { kubernetes?: object; vault?: object },
) => runAttempt(side, attempt, clients);

const { namespace } = side.tenant.plan.names;

describe('comparisons with the plan', () => {
  const quota = (hard: object) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace, name: `q${Math.random()}` },
    spec: { hard },
  });
  const cluster = (live: object | undefined, normalised: object) => ({
    kubernetes: {
      get: async () => live,
      create: async () => ({ status: 201, body: normalised }),
    },
  });

  it('take the API server’s way to write things', async () => {
    const planned = quota({ cpu: '1000m' });
    const live = quota({ cpu: '1' });
    expect((await run(asPlanned(planned), cluster(live, live))).outcome).toBe(
      'asExpected',
    );
  });

  it('say what is not as planned, and what is gone', async () => {
    const planned = quota({ cpu: '1' });
    const more = quota({ cpu: '8', pods: '9' });
    expect(await run(asPlanned(planned), cluster(more, planned))).toEqual(
      expect.objectContaining({
        outcome: 'breached',
        response:
          'spec.hard.cpu is "8", planned "1"; spec.hard.pods is "9", planned absent',
      }),
    );
    expect(
      (await run(asPlanned(quota({})), cluster(undefined, planned))).outcome,
    ).toBe('breached');
    const store = asPlanned(quota({}), { gone: 'inconclusive' });
    expect((await run(store, cluster(undefined, planned))).outcome).toBe(
      'inconclusive',
    );
  });

  it('tell differences, a few of them', () => {
    expect(differences({ a: [1, 2] }, { a: [1] })).toEqual([
      'a[1] is absent, planned 2',
    ]);
    expect(differences([1, 2, 3, 4, 5, 6, 7], [])).toHaveLength(6);
    expect(differences({ a: {} }, { a: [] })).toEqual(['a is [], planned {}']);
  });

  it('cover Vault’s policy and role, whole', async () => {
    const [policy, role] = vaultAsPlanned(side);
    const bodies = side.tenant.plan.stages
      .flatMap(s => s.resources)
      .flatMap(r => (r.type === 'vault' ? [r.body] : []));
    const reading = (data: object | undefined) => ({
      vault: { read: async () => data },
    });
    const live = {
      ...bodies[1],
      token_bound_cidrs: [],
      token_period: 0,
      ttl: bodies[1].token_ttl,
    };
    expect(
      (await run(policy, reading({ name: 'x', ...bodies[0] }))).outcome,
    ).toBe('asExpected');
    expect(
      (await run(policy, reading({ policy: 'path "*" {}' }))).outcome,
    ).toBe('breached');
    expect((await run(policy, reading(undefined))).outcome).toBe(
      'inconclusive',
    );
    expect((await run(role, reading(live))).outcome).toBe('asExpected');
    for (const change of [
      { bound_service_account_namespaces: ['*'] },
      { audience: '' },
      { token_period: 60 },
      { policies: ['root'] },
    ]) {
      expect((await run(role, reading({ ...live, ...change }))).outcome).toBe(
        'breached',
      );
    }
  });

  it('find a store that is not of the plan', async () => {
    const attempt = storesAsPlanned(side).at(-1)!;
    const listing = (names: string[]) => ({
      kubernetes: {
        list: async ({ kind }: any) => ({
          items:
            kind === 'SecretStore'
              ? names.map(name => ({ kind, metadata: { name } }))
              : [],
        }),
      },
    });
    expect((await run(attempt, listing(['vault']))).outcome).toBe('asExpected');
    expect((await run(attempt, listing(['vault', 'mine']))).reason).toMatch(
      /SecretStore mine/,
    );
  });
});
