import { testPlatform } from '../../__fixtures__/platform';
import { runAttempt } from '../__fixtures__/portal';
import { testCluster, testSide } from '../__fixtures__/side';
import { nobodyElseCan, reachesNoOthers, rulesAreAll } from './access';

const side = testSide();
const { namespace, ownerSubject } = side.tenant.plan.names;

const binding = (name: string, role: string, subject: object) => ({
  metadata: { name, namespace },
  roleRef: { kind: 'ClusterRole', name: role },
  subjects: [subject],
});
const PORTAL = {
  kind: 'ServiceAccount',
  namespace: 'threewalls-system',
  name: 'threewalls-portal',
};
const rule = (verb: string, resource: string) => ({
  verbs: [verb],
  apiGroups: [''],
  resources: [resource],
});

/** A cluster with the portal's own binding and others, whose API server allows some of it. */
function cluster(
  others: object[] = [],
  options: { refused?: string; allows?: (spec: any) => boolean } = {},
) {
  const lists: Record<string, object[]> = {
    ClusterRole: [
      { metadata: { name: 'runs' }, rules: [rule('create', 'pods')] },
      { metadata: { name: 'reads' }, rules: [rule('get', 'secrets')] },
    ],
    RoleBinding: [binding('portal', 'runs', PORTAL), ...others],
  };
  return {
    kubernetes: {
      list: async ({ kind }: { kind: string }) => {
        if (kind === options.refused) {
          throw new Error(`may not list ${kind}`);
        }
        return { items: lists[kind] ?? [] };
      },
      create: async ({ spec }: any) => ({
        status: 201,
        body: { status: { allowed: options.allows?.(spec) ?? false } },
      }),
    },
  };
}

/** A cluster where n8n is reached from a namespace. */
const reachedFrom = (home: string) =>
  testPlatform({
    network: { provider: 'cilium', ingress: { namespaces: [home] } },
  }).clusters[0];

const OWNERS = binding('more', 'reads', ownerSubject);

describe('who can', () => {
  const attempt = nobodyElseCan(side, 'secret');

  it('is nobody but those who are trusted', async () => {
    expect((await runAttempt(side, attempt, cluster())).outcome).toBe(
      'asExpected',
    );
  });

  it('names the subject, the right and the binding', async () => {
    expect(await runAttempt(side, attempt, cluster([OWNERS]))).toMatchObject({
      outcome: 'breached',
      reason: {
        summary: `Group acme-team may get secrets (RoleBinding ${namespace}/more to ClusterRole reads)`,
      },
    });
  });

  it.each<[wall: 'network' | 'secret', where: string, home: string]>([
    ['secret', 'where the portal is', PORTAL.namespace],
    ['secret', 'where External Secrets is', 'external-secrets'],
    ['secret', 'where the control plane is', 'kube-system'],
    ['secret', 'where Vault is', 'sys-vault'],
    ['network', 'where names resolve', 'kube-system'],
    ['network', 'from where n8n is reached', 'ingress'],
  ])(
    'is of the %s wall also who may read Secrets %s',
    async (wall, _, home) => {
      const of = nobodyElseCan(
        { ...side, cluster: testCluster(reachedFrom('ingress')) },
        wall,
      );
      const there = {
        ...OWNERS,
        metadata: { name: 'more', namespace: home },
      };
      expect(await runAttempt(side, of, cluster([there]))).toMatchObject({
        outcome: 'breached',
        reason: {
          summary: `Group acme-team may get secrets (RoleBinding ${home}/more to ClusterRole reads)`,
        },
      });
    },
  );

  it.each(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])(
    'is not known where %ss can’t be listed',
    async refused => {
      for (const one of [attempt, reachesNoOthers(side), rulesAreAll(side)]) {
        const finding = await runAttempt(side, one, cluster([], { refused }));
        expect([finding.outcome, finding.reason?.summary]).toEqual([
          'inconclusive',
          expect.stringContaining(`${refused}s: may not list ${refused}`),
        ]);
      }
    },
  );
});

describe('the API server’s own answer', () => {
  const attempt = rulesAreAll(side);
  const runsPods = ({ user, resourceAttributes }: any) =>
    user?.endsWith(':threewalls-portal') &&
    resourceAttributes.resource === 'pods';

  it('agrees with its rules', async () => {
    const on = cluster([], { allows: runsPods });
    expect((await runAttempt(side, attempt, on)).outcome).toBe('asExpected');
  });

  it.each<[string, (spec: any) => boolean, RegExp]>([
    ['allows more', () => true, /acme-team: get secrets in .* is allowed/],
    ['allows less', () => false, /threewalls-portal: create pods .* is denied/],
  ])('%s: then the rules are not all', async (_, allows, reason) => {
    const finding = await runAttempt(side, attempt, cluster([], { allows }));
    expect([finding.outcome, finding.reason?.summary]).toEqual([
      'failed',
      expect.stringMatching(reason),
    ]);
  });
});
