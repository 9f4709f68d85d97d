import { testPlatform, testSpec } from '../__fixtures__/platform';
import { ClusterView, KindRef, VaultView } from '../clients';
import { plannedResources } from '../plan/planned';
import { planTenant } from '../plan/planTenant';
import { KubernetesObject, STAGES } from '../plan/types';
import { testCluster } from './__fixtures__/side';
import { checkState, StateFindings } from './state';
import { AddedCheck } from './types';

const NETWORK = { network: { provider: 'cilium' } };
const platform = testPlatform(NETWORK);
const plan = planTenant(testSpec({ name: 'acme' }), platform);
const { namespace } = plan.names;
const resources = plannedResources(plan);

/** As it comes over the wire. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** A cluster and a Vault that have what the plan says, and what a test changes of it. */
class World {
  readonly objects: KubernetesObject[] = resources.flatMap(r =>
    r.type === 'kubernetes' ? [copy(r.object)] : [],
  );
  /** What is said in place of a kind's objects */
  readonly problems = new Map<string, string>();
  readonly vault = new Map<string, any>(
    resources.flatMap((r): [string, any][] => {
      if (r.type === 'kubernetes') {
        return [];
      }
      return r.type === 'vault'
        ? [[r.path, copy(r.body)]]
        : [[`${r.mount}/metadata/${r.path}`, { current_version: 1 }]];
    }),
  );
  lists = 0;
  /** The platform's config of Vault */
  config = {};
  plan = plan;

  constructor() {
    this.vault.set('sys/auth', { 'kubernetes/': { type: 'kubernetes' } });
    const store = this.of('SecretStore')!;
    store.status = { conditions: [{ type: 'Ready', status: 'True' }] };
    for (const quota of this.objects.filter(o => o.kind === 'ResourceQuota')) {
      quota.status = copy(quota.spec);
    }
  }

  of(kind: string, name?: string): any {
    return this.objects.find(
      o => o.kind === kind && (!name || o.metadata.name === name),
    );
  }

  remove(kind: string): void {
    this.objects.splice(this.objects.indexOf(this.of(kind)), 1);
  }

  add(object: object): void {
    this.objects.push(object as KubernetesObject);
  }

  get view(): ClusterView {
    return {
      list: async ({ kind }: KindRef, of?: string): Promise<any> => {
        this.lists++;
        const problem = this.problems.get(kind);
        return problem
          ? { problem }
          : {
              items: this.objects.filter(
                o => o.kind === kind && (!of || o.metadata.namespace === of),
              ),
              at: '',
            };
      },
      kinds: async group => ({
        at: '',
        items: [
          ['networking.k8s.io/v1', 'NetworkPolicy'],
          ['cilium.io/v2', 'CiliumNetworkPolicy'],
          ['external-secrets.io/v1', 'ExternalSecret'],
          ['external-secrets.io/v1', 'SecretStore'],
        ]
          .filter(([apiVersion]) => apiVersion.startsWith(`${group}/`))
          .map(([apiVersion, kind]) => ({
            apiVersion,
            kind,
            plural: `${kind.toLowerCase()}s`,
            namespaced: true,
          })),
      }),
    };
  }

  look(
    again?: World,
    added?: AddedCheck[],
    confirmed?: StateFindings['confirmed'],
  ) {
    const views = (world: World) => ({
      view: world.view,
      vault: new VaultView({
        request: async (_: string, path: string) => ({
          status: 200,
          data: world.vault.get(path),
          errors: [],
        }),
      } as any),
    });
    const profile = testPlatform({ ...NETWORK, vault: this.config });
    return checkState({
      cluster: testCluster(profile.clusters[0]),
      // What is tried of a plan is remembered.
      plan: this.plan,
      ...views(this),
      again: again && views(again),
      added,
      confirmed,
    });
  }
}

const statuses = ({ verdicts }: StateFindings) => verdicts.map(v => v.status);
const foreignStore = (name: string) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace },
  spec: {},
});

describe('what objects show of the walls', () => {
  it('is that all is as planned, without a question to anybody but the views', async () => {
    const found = await new World().look();
    const others = found.receipts.filter(r => r.outcome !== 'asExpected');
    // A cluster need not have that.
    expect(others.map(r => [r.check, r.outcome])).toEqual([
      ['res.hold', 'notApplicable'],
    ]);
    expect(statuses(found)).toEqual(['holds', 'holds', 'holds']);
    const checks = new Set(found.receipts.map(({ check }) => check));
    expect([...checks]).toEqual(
      expect.arrayContaining([
        'net.as-planned',
        'net.no-widening',
        'net.who-can',
        'sec.as-planned',
        'sec.other-roles',
        'sec.no-other-store',
        'sec.who-can',
        'res.as-planned',
        'res.who-can',
      ]),
    );
    // What attacks or asks for reviews is no part of it.
    expect(found.receipts.some(r => r.source.type === 'pod')).toBe(false);
    expect(checks).not.toContain('sec.access-review');
  });

  it.each<[string, (world: World) => unknown, string[], RegExp]>([
    [
      'a policy is gone',
      w => w.remove('NetworkPolicy'),
      ['breached', 'holds', 'holds'],
      /^NetworkPolicy .* is gone/,
    ],
    [
      'another policy lets everything in',
      w =>
        w.add({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'open', namespace },
          spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] },
        }),
      ['breached', 'holds', 'holds'],
      /open/,
    ],
    [
      'a quota was raised',
      w => {
        w.of('ResourceQuota', 'tenant-quota').spec.hard.pods = '1000';
      },
      ['holds', 'holds', 'breached'],
      /tenant-quota was changed: spec.hard.pods/,
    ],
    [
      'a quota enforces more than it says',
      w => {
        w.of('ResourceQuota', 'tenant-quota').status.hard.pods = '1000';
      },
      ['holds', 'holds', 'breached'],
      /^pods: 1000 is enforced instead of 10$/,
    ],
    [
      'PodSecurity was lowered',
      w => {
        w.of('Namespace').metadata.labels[
          'pod-security.kubernetes.io/enforce'
        ] = 'baseline';
      },
      ['holds', 'holds', 'breached'],
      /pod-security/,
    ],
    [
      'there is another ExternalSecret',
      w => w.add(foreignStore('mine')),
      ['holds', 'breached', 'holds'],
      /ExternalSecret mine/,
    ],
    [
      'its role in Vault takes everybody',
      w => {
        w.vault.get(
          `auth/kubernetes/role/${plan.names.vaultRole}`,
        ).bound_service_account_namespaces = ['*'];
      },
      ['holds', 'breached', 'holds'],
      /bound_service_account_namespaces/,
    ],
    [
      'its store is not Ready',
      w => {
        w.of('SecretStore').status.conditions[0].status = 'False';
      },
      ['holds', 'unproven', 'holds'],
      /not Ready/,
    ],
    [
      'another auth method takes tokens, and nobody has reviewed it',
      w => {
        w.vault.get('sys/auth')['jwt-ci/'] = { type: 'jwt' };
        w.config = { reviewedAuthMounts: ['jwt'] };
      },
      ['holds', 'unproven', 'holds'],
      /auth\/jwt-ci \(jwt\): .*vault\.reviewedAuthMounts/,
    ],
    [
      'a policy of Vault’s reads every entry',
      w => {
        w.vault.set('sys/policies/acl', { keys: ['developers', 'ops-1'] });
        for (const name of ['developers', 'ops-1']) {
          w.vault.set(`sys/policies/acl/${name}`, {
            policy: 'path "secret/*" { capabilities = ["read"] }',
          });
        }
        w.config = { trustedPolicies: ['ops-*'] };
      },
      ['holds', 'breached', 'holds'],
      /^(?!.*ops-1).*Vault policy developers allows read on .*vault\.trustedPolicies/,
    ],
    [
      'one of two was reviewed',
      w => {
        w.vault.get('sys/auth')['jwt-ci/'] = { type: 'jwt' };
        w.vault.get('sys/auth')['oidc/'] = { type: 'oidc' };
        w.config = { reviewedAuthMounts: ['jwt-ci'] };
      },
      ['holds', 'unproven', 'holds'],
      /^(?!.*jwt-ci).*auth\/oidc/,
    ],
    [
      "policies can't be read",
      w => w.problems.set('NetworkPolicy', 'watch is away'),
      ['unproven', 'holds', 'holds'],
      /watch is away/,
    ],
  ])('turns a wall where %s', async (_, change, expected, summary) => {
    const world = new World();
    change(world);
    const found = await world.look();
    expect(statuses(found)).toEqual(expected);
    const turned = found.verdicts.find(v => v.status !== 'holds')!;
    expect(turned.summary).toMatch(summary);
  });

  it('is nothing of an auth method that an administrator has reviewed', async () => {
    const world = new World();
    world.vault.get('sys/auth')['jwt-ci/'] = { type: 'jwt' };
    world.config = { reviewedAuthMounts: ['jwt-ci'] };
    expect(statuses(await world.look())).toEqual(['holds', 'holds', 'holds']);
  });

  it.each(STAGES.slice(0, -1))(
    'is nothing of a tenant whose creation was cut off after stage %s',
    async last => {
      const upTo = STAGES.slice(0, STAGES.indexOf(last) + 1);
      const world = new World();
      world.plan = {
        ...plan,
        stages: plan.stages.map(stage => ({
          ...stage,
          resources: stage.resources.filter(
            ({ type }) => type === 'seed' || upTo.includes(stage.name),
          ),
        })),
      };
      const { verdicts } = await world.look();
      for (const { status, summary } of verdicts) {
        expect([status, summary]).toEqual([
          'unproven',
          expect.stringMatching(
            /only in part, without .*Deployment: order it ag/,
          ),
        ]);
      }
      expect(verdicts).toHaveLength(3);
    },
  );

  it('is asked for before it is believed, where it is not as it should be', async () => {
    const behind = new World();
    behind.remove('NetworkPolicy');
    expect(statuses(await behind.look(new World()))[0]).toBe('holds');
    const asked = new World();
    asked.remove('NetworkPolicy');
    expect(statuses(await behind.look(asked))[0]).toBe('breached');
    // What can't be read by one is not asked for by way of the other.
    const away = new World();
    away.problems.set('NetworkPolicy', 'away');
    const other = new World();
    expect(statuses(await away.look(other))[0]).toBe('unproven');
    // But for nothing else does it ask.
    expect(other.lists).toBe(0);
  });

  it('is asked for once as long as it stays as it was', async () => {
    const behind = new World();
    behind.remove('NetworkPolicy');
    const asked = new World();
    asked.remove('NetworkPolicy');
    let { confirmed } = await behind.look(asked);
    expect(asked.lists).toBeGreaterThan(0);
    asked.lists = 0;
    const again = await behind.look(asked, undefined, confirmed);
    expect(statuses(again)[0]).toBe('breached');
    expect(asked.lists).toBe(0);
    // Something else, too: of that it asks, and what it doubts is not kept.
    behind.remove('LimitRange');
    const more = await behind.look(asked, undefined, again.confirmed);
    expect(statuses(more)).toEqual(['breached', 'holds', 'holds']);
    expect(asked.lists).toBeGreaterThan(0);
    asked.remove('LimitRange');
    ({ confirmed } = more);
    const both = await behind.look(asked, undefined, confirmed);
    expect(statuses(both)).toEqual(['breached', 'holds', 'breached']);
  });

  it('is asked for once though only the API server says who has changed it', async () => {
    const behind = new World();
    behind.of('ResourceQuota', 'tenant-quota').spec.hard.pods = '1000';
    const asked = new World();
    const quota = asked.of('ResourceQuota', 'tenant-quota');
    quota.spec.hard.pods = '1000';
    const hard = { 'f:pods': {} };
    quota.metadata.managedFields = [
      { manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:hard': hard } } },
    ];
    const { confirmed } = await behind.look(asked);
    asked.lists = 0;
    const { verdicts } = await behind.look(asked, undefined, confirmed);
    expect(asked.lists).toBe(0);
    expect(verdicts[2]).toMatchObject({
      status: 'breached',
      summary: expect.stringMatching(/spec.hard.pods .*\(kubectl\)/),
    });
  });

  it('is asked for each time where memory itself shows no breach', async () => {
    const uncounted = (createdMsAgo: number) => {
      const world = new World();
      const quota = world.of('ResourceQuota', 'tenant-quota');
      quota.metadata.creationTimestamp = new Date(
        Date.now() - createdMsAgo,
      ).toISOString();
      delete quota.status;
      return world;
    };
    const behind = uncounted(0);
    expect(statuses(await behind.look())[2]).toBe('unproven');
    const found = await behind.look(uncounted(60_000));
    expect(statuses(found)[2]).toBe('breached');
    const now = await behind.look(new World(), undefined, found.confirmed);
    expect(statuses(now)[2]).toBe('holds');
  });

  it('is asked of Vault each time: what is known of it is older', async () => {
    const role = `auth/kubernetes/role/${plan.names.vaultRole}`;
    const behind = new World();
    behind.vault.get(role).bound_service_account_namespaces = ['*'];
    const { confirmed, ...found } = await behind.look(behind);
    expect(statuses(found)[1]).toBe('breached');
    const now = await behind.look(new World(), undefined, confirmed);
    expect(statuses(now)[1]).toBe('holds');
  });

  it('is what checks of the platform’s own say, too', async () => {
    const added: AddedCheck = {
      id: 'res.no-config',
      wall: 'resource',
      kind: 'barrier',
      title: 'Has no ConfigMap',
      why: 'This platform keeps settings elsewhere',
      otherwise: 'has a ConfigMap',
      request: 'list ConfigMaps',
      expected: 'none',
      run: async ({ plan: { names }, view }) => {
        const seen = await view.list(
          { apiVersion: 'v1', kind: 'ConfigMap' },
          names.namespace,
        );
        if ('problem' in seen) {
          throw new Error(seen.problem);
        }
        return seen.items.length > 0
          ? { outcome: 'breached', code: 'FOUND', response: 'one' }
          : { outcome: 'asExpected', code: 'NONE', response: 'none' };
      },
    };
    const world = new World();
    const look = async () => {
      const found = await world.look(undefined, [added]);
      const own = found.receipts.find(({ check }) => check === added.id)!;
      return [statuses(found)[2], own.outcome, own.title];
    };
    expect(await look()).toEqual(['holds', 'asExpected', 'Has no ConfigMap']);
    world.add({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace },
    });
    expect(await look()).toEqual(['breached', 'breached', 'has a ConfigMap']);
    world.problems.set('ConfigMap', 'forbidden');
    expect(await look()).toEqual([
      'unproven',
      'inconclusive',
      'Has no ConfigMap',
    ]);
  });
});
