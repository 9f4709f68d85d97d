import { createMockDirectory } from '@backstage/backend-test-utils';
import { testPlatform, testSpec } from '../__fixtures__/platform';
import { Edge, errorOf, labOn } from '../__testUtils__/Edge';
import { Clusters } from '../clients';
import { planTenant } from '../plan';
import { checkCapacity } from './checkCapacity';

const files = createMockDirectory();
let edge: Edge;

afterEach(() => edge.stop());

/** A cluster with one node, and one more that no tenant's pod may run on. */
async function clusterWith(
  cpu: string,
  tenants: { name: string; size: string }[],
  over = {},
) {
  const node = (allocatable: object, spec = {}, labels = {}) => ({
    metadata: { labels },
    spec,
    status: { allocatable },
  });
  const items: Record<string, object[]> = {
    nodes: [
      node({ cpu, memory: '8Gi' }, {}, { pool: 'initech' }),
      node(
        { cpu: '64', memory: '64Gi' },
        { taints: [{ key: 'control-plane', effect: 'NoSchedule' }] },
      ),
    ],
    namespaces: tenants.map(
      tenant =>
        (
          planTenant(testSpec(tenant), testPlatform()).stages[0]
            .resources[0] as any
        ).object,
    ),
  };
  edge = await Edge.start(request => ({
    status: 200,
    body: { items: items[request.split('/').at(-1)!] },
  }));
  return Clusters.fromPlatform(labOn(edge, files, over)).get('lab');
}

const tenants = [
  { name: 'acme', size: 'small' },
  { name: 'globex', size: 'small' },
];

async function check(
  cpu: string,
  name: string,
  size: string,
  over = {},
  ordered: { name: string; size: string }[] = [],
) {
  const platform = testPlatform(over);
  const plan = planTenant(testSpec({ name, size }), platform);
  await checkCapacity(plan, await clusterWith(cpu, tenants, over), { ordered });
}

describe('checkCapacity', () => {
  it('takes a tenant that fits', async () => {
    await expect(check('3', 'initech', 'small')).resolves.toBeUndefined();
  });

  it('refuses one that would promise more than the nodes hold', async () => {
    await expect(check('2500m', 'initech', 'small')).rejects.toThrow(
      'Tenant initech does not fit in cluster lab: with size small the quotas of its 3 tenants would promise 3 CPUs, and its 1 nodes can hold 2.5 CPUs',
    );
    expect(edge.seen.sort()).toEqual([
      'GET /api/v1/namespaces',
      'GET /api/v1/nodes',
    ]);
  });

  it.each([
    ['one that is not there yet', 'hooli', 'small', /its 4 tenants .* 4 CPUs/],
    ['one that grows', 'acme', 'medium', /its 3 tenants .* 4 CPUs/],
    [
      'one that shrinks, by what it still has',
      'acme',
      'none',
      /^it went well$/,
    ],
    ['itself, but once', 'initech', 'small', /^it went well$/],
  ])('counts what is being applied: %s', async (_, name, size, refusal) => {
    const ordered = [{ name, size }];
    const { message } = await errorOf(
      check('3', 'initech', 'small', {}, ordered),
    );
    expect(message).toMatch(refusal);
  });

  it('takes it where config allows overcommitment', async () => {
    await expect(
      check('2', 'initech', 'small', { overcommit: true }),
    ).resolves.toBeUndefined();
  });

  it('counts the nodes that its pods may run on, and no other', async () => {
    const onTainted = (effect: string) => ({
      n8n: {
        tolerations: [{ key: 'control-plane', operator: 'Exists', effect }],
      },
    });
    await expect(
      check('1', 'initech', 'small', onTainted('NoSchedule')),
    ).resolves.toBeUndefined();
    edge.stop();
    await expect(
      check('1', 'initech', 'small', onTainted('NoExecute')),
    ).rejects.toThrow(/its 1 nodes/);
    edge.stop();
    await expect(
      check('64', 'initech', 'small', { n8n: { nodeSelector: { pool: 'x' } } }),
    ).rejects.toThrow(/its 0 nodes/);
  });

  it('counts no other tenant where each has nodes of its own', async () => {
    const n8n = { nodeSelector: { pool: '{{ name }}' } };
    await expect(
      check('1', 'initech', 'small', { n8n }),
    ).resolves.toBeUndefined();
    edge.stop();
    await expect(check('1', 'hooli', 'small', { n8n })).rejects.toThrow(
      /its 1 tenants would promise 1 CPUs, and its 0 nodes/,
    );
  });

  it('lets one that is there be applied again, and not grow', async () => {
    await expect(check('1', 'acme', 'small')).resolves.toBeUndefined();
    edge.stop();
    await expect(check('2', 'acme', 'medium')).rejects.toThrow(/3 CPUs/);
  });
});
