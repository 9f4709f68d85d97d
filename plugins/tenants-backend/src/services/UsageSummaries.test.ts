import { mockServices } from '@backstage/backend-test-utils';
import { testTenant } from '../__testUtils__/testTenant';
import { quotaUses, ResourceQuota } from './quotaUse';
import { imageTag, workloadOf } from './readUsage';
import { QuotaReader, UsageSummaries } from './UsageSummaries';

describe('UsageSummaries', () => {
  const tenants = ['acme', 'globex'].map(name => testTenant(name));

  const quota = (name: string, cpu = '1'): ResourceQuota => ({
    metadata: { name: 'tenant-quota', namespace: `web-tenant-${name}` },
    status: {
      hard: { 'limits.cpu': '2', 'limits.memory': '2Gi', pods: '10' },
      used: { 'limits.cpu': cpu, 'limits.memory': '512Mi', pods: '0' },
    },
  });

  function setup(read: QuotaReader['read']) {
    const clock = { now: 0 };
    const reader = { read: jest.fn(read) };
    const summaries = UsageSummaries.fromReader({
      reader,
      logger: mockServices.logger.mock(),
      now: () => clock.now,
    });
    return { summaries, reader, clock };
  }

  it('reads all quotas of a cluster at once, and waits for them the first time alone', async () => {
    let cpu = '1';
    let gate = Promise.resolve();
    const { summaries, reader, clock } = setup(async () => {
      await gate;
      return [quota('acme', cpu), quota('globex')];
    });
    await Promise.all([summaries.refresh(tenants), summaries.refresh(tenants)]);
    expect(summaries.get(tenants[0])).toEqual({
      cpu: 0.5,
      memory: 0.25,
      pods: 0,
    });
    clock.now += 14_999;
    await summaries.refresh(tenants);
    expect(reader.read.mock.calls).toEqual([['lab']]);

    clock.now += 1;
    let open!: () => void;
    gate = new Promise(resolve => {
      open = resolve;
    });
    cpu = '2500m';
    await summaries.refresh(tenants);
    expect(summaries.get(tenants[0])?.cpu).toBe(0.5);
    open();
    await new Promise(resolve => setImmediate(resolve));
    expect(summaries.get(tenants[0])?.cpu).toBe(1);
    expect(reader.read).toHaveBeenCalledTimes(2);
  });

  it('asks each tenant where it may not list all, and goes without one that fails', async () => {
    const { summaries, reader, clock } = setup(async (_, namespace) => {
      if (!namespace) {
        throw Object.assign(new Error('forbidden'), { status: 403 });
      }
      if (namespace === 'web-tenant-globex') {
        throw new Error('not found');
      }
      return [quota('acme')];
    });
    await summaries.refresh(tenants);
    expect(summaries.get(tenants[0])?.cpu).toBe(0.5);
    expect(summaries.get(tenants[1])).toBeUndefined();
    clock.now += 15_000;
    await summaries.refresh(tenants);
    await new Promise(resolve => setImmediate(resolve));
    expect(reader.read.mock.calls.filter(([, n]) => !n)).toHaveLength(1);
  });

  it('keeps what it has while the cluster is away', async () => {
    let isAway = false;
    const { summaries, clock } = setup(async () => {
      if (isAway) {
        throw new Error('connect ECONNREFUSED');
      }
      return [quota('acme')];
    });
    await summaries.refresh(tenants);
    isAway = true;
    clock.now += 15_000;
    await summaries.refresh(tenants);
    await new Promise(resolve => setImmediate(resolve));
    expect(summaries.get(tenants[0])?.cpu).toBe(0.5);
  });
});

describe('what a tenant uses', () => {
  it('is what the cluster reports, with the share of it', () => {
    const [quota] = quotaUses([
      {
        metadata: { name: 'tenant-quota' },
        status: { hard: { 'limits.cpu': '2' }, used: { 'limits.cpu': '500m' } },
      },
    ]);
    expect(quota).toEqual({
      quota: 'tenant-quota',
      resource: 'limits.cpu',
      used: '500m',
      hard: '2',
      ratio: 0.25,
    });
    expect(
      quotaUses([
        {
          metadata: { name: 'tenant-objects' },
          spec: { hard: { 'services.nodeports': '0' } },
        },
      ]),
    ).toMatchObject([{ used: '0', hard: '0', ratio: 0 }]);
  });

  it.each([
    ['docker.io/n8nio/n8n:2.41.1', '2.41.1'],
    ['registry:5000/n8n', undefined],
    ['registry:5000/n8n:2@sha256:abc', '2'],
    ['n8n@sha256:abc', undefined],
  ])('takes the tag of %p', (image, tag) => {
    expect(imageTag(image)).toBe(tag);
    const containers = [
      { name: 'other', image: 'x:1' },
      { name: 'n8n', image },
    ];
    expect(
      workloadOf({ spec: { template: { spec: { containers } } }, status: {} }),
    ).toEqual({ image, ...(tag && { version: tag }), ready: false });
  });
});
