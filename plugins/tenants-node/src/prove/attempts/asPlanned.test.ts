import {
  Outcome,
  say,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { finder, tenantPlan } from '../../__fixtures__/plan';
import { clusterConfig } from '../../__fixtures__/platform';
import { planCanary } from '../../plan/canary';
import { plannedObjects, plannedResources } from '../../plan/planned';
import { TenantPlan } from '../../plan/types';
import { holding, runAttempt } from '../__fixtures__/portal';
import { testSide } from '../__fixtures__/side';
import { asPlanned } from './asPlanned';

const side = testSide();
const { plan } = side.tenant;

const comparisons = (of: TenantPlan) =>
  WALLS.flatMap(wall => asPlanned(of, wall));

const attempt = (key: string) => comparisons(plan).find(a => a.key === key)!;

const run = (key: string, clients: { kubernetes?: object; vault?: object }) =>
  runAttempt(side, attempt(key), clients);

/** Every way that config and a spec can change what a plan holds. */
const VARIANTS: [string, TenantPlan][] = [
  ['plain', tenantPlan().plan],
  ['cilium', plan],
  [
    'everything',
    tenantPlan(
      {
        network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
        n8n: {
          runtimeClassName: 'gvisor',
          nodeSelector: { pool: '{{ name }}' },
          ingress: { host: '{{ name }}.example.com' },
        },
      },
      { egress: { hosts: ['api.saas.test'], cidrs: ['203.0.113.0/24'] } },
    ).plan,
  ],
  [
    'a gateway',
    tenantPlan({
      network: { ingress: { namespaces: ['ingress'] } },
      n8n: {
        gateway: { host: '{{ name }}.example.com', name: 'g', namespace: 'g' },
      },
    }).plan,
  ],
  [
    'a templated policy',
    tenantPlan({
      clusters: [
        clusterConfig({
          vault: { policies: 'templated', authAccessor: 'auth_kubernetes_1' },
        }),
      ],
    }).plan,
  ],
  ['the canary', planCanary(side.cluster.config)],
];

describe('what is compared with the plan', () => {
  it.each(VARIANTS)('is everything that it holds: %s', (_, of) => {
    expect(
      comparisons(of)
        .map(a => a.key)
        .sort(),
    ).toEqual(
      plannedResources(of)
        .map(resource => resource.id)
        .sort(),
    );
  });

  it.each(VARIANTS)(
    'is as it is where nobody has touched it: %s',
    async (_, of) => {
      const live = holding(plannedObjects(of));
      const attempts = comparisons(of);
      for (const one of attempts.filter(({ by }) => by === 'kubernetes')) {
        const { outcome } = await runAttempt(side, one, live);
        expect([one.key, outcome]).toEqual([one.key, 'asExpected']);
      }
    },
  );
});

describe('an object that is compared with the plan', () => {
  it('was changed: says the field, and who manages it', async () => {
    const quota = finder(plan)('ResourceQuota', 'tenant-quota');
    const live = {
      ...quota,
      metadata: {
        ...quota.metadata,
        managedFields: [
          { manager: 'threewalls', fieldsV1: { 'f:spec': {} } },
          {
            manager: 'kubectl-edit',
            time: '2026-01-01T00:00:00Z',
            fieldsV1: { 'f:spec': { 'f:hard': { 'f:pods': {} } } },
          },
        ],
      },
      spec: { ...quota.spec, hard: { ...quota.spec.hard, pods: '99' } },
    };
    expect(await run('ResourceQuota tenant-quota', holding([live]))).toEqual(
      expect.objectContaining({
        outcome: 'breached',
        reason: say('wasChanged', {
          what: 'ResourceQuota tenant-quota',
          found:
            'spec.hard.pods is "99", planned "10" (kubectl-edit, 2026-01-01T00:00:00Z)',
        }),
      }),
    );
  });

  it('can’t be read: shows nothing', async () => {
    const finding = await run(
      'NetworkPolicy tenant-isolation',
      holding(plannedObjects(plan), 'NetworkPolicy'),
    );
    expect([finding.outcome, finding.reason?.summary]).toEqual([
      'inconclusive',
      "Couldn't read NetworkPolicy tenant-isolation: NetworkPolicy is forbidden",
    ]);
  });

  it.each<[string, Outcome]>([
    ['NetworkPolicy tenant-isolation', 'breached'],
    ['CiliumNetworkPolicy tenant-egress', 'breached'],
    ['ResourceQuota tenant-quota', 'breached'],
    ['LimitRange tenant-limits', 'breached'],
    ['SecretStore vault', 'inconclusive'],
    ['RoleBinding threewalls-owner', 'inconclusive'],
    ['Deployment n8n', 'inconclusive'],
  ])('is gone: %s is %s', async (key, outcome) => {
    expect(await run(key, holding([]))).toEqual(
      expect.objectContaining({ outcome, reason: say('gone', { what: key }) }),
    );
  });
});

describe('a Vault object that is compared with the plan', () => {
  const reading = (data: object | undefined) => ({
    vault: {
      request: async () => ({ status: data ? 200 : 404, data, errors: [] }),
    },
  });

  it('has the plan’s text', async () => {
    const id = 'Vault policy tenant-acme';
    const policy = plannedResources(plan).find(resource => resource.id === id);
    const body = policy?.type === 'vault' ? policy.body : {};
    expect((await run(id, reading({ name: 'x', ...body }))).outcome).toBe(
      'asExpected',
    );
    expect((await run(id, reading({ policy: 'path "*" {}' }))).outcome).toBe(
      'breached',
    );
    expect((await run(id, reading(undefined))).outcome).toBe('inconclusive');
  });

  it('is there, where it is an entry', async () => {
    const id = 'Vault KV secret/web-tenant-acme';
    const outcomes = await Promise.all(
      [{ current_version: 1 }, { current_version: 0 }, undefined].map(
        async data => (await run(id, reading(data))).outcome,
      ),
    );
    expect(outcomes).toEqual(['asExpected', 'inconclusive', 'inconclusive']);
  });
});
