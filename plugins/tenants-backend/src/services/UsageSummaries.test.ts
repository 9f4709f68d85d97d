import { ClusterView } from '@threewalls/backstage-plugin-tenants-node';
import { testTenant } from '../__testUtils__/testTenant';
import { imageTag, quotaUses, ResourceQuota, workloadOf } from './readUsage';
import { UsageSummaries } from './UsageSummaries';

describe('UsageSummaries', () => {
  const tenants = ['acme', 'globex'].map(name => testTenant(name));

  const quota = (name: string, cpu = '1'): ResourceQuota => ({
    metadata: { name: 'tenant-quota', namespace: `web-tenant-${name}` },
    status: {
      hard: { 'limits.cpu': '2', 'limits.memory': '2Gi', pods: '10' },
      used: { 'limits.cpu': cpu, 'limits.memory': '512Mi', pods: '0' },
    },
  });

  function setup(read: () => ResourceQuota[] | undefined) {
    const list = jest.fn(async () => {
      const items = read();
      return items ? { items, at: '' } : { problem: 'connect ECONNREFUSED' };
    });
    const view = { list, kinds: jest.fn() } as unknown as ClusterView;
    return new UsageSummaries(new Map([['lab', view]]));
  }

  it('says what quotas say now, of those named so, and goes without one that was not counted', async () => {
    let quotas = [
      quota('acme'),
      { ...quota('acme', '2'), metadata: { name: 'other' } },
      { ...quota('globex'), status: undefined },
    ];
    const summaries = setup(() => quotas);
    await summaries.refresh(tenants);
    expect(summaries.get(tenants[0])).toEqual({
      cpu: 0.5,
      memory: 0.25,
      pods: 0,
    });
    expect(summaries.get(tenants[1])).toBeUndefined();
    quotas = [quota('acme', '2500m')];
    await summaries.refresh(tenants);
    expect(summaries.get(tenants[0])?.cpu).toBe(1);
  });

  it('keeps what it has while the cluster is away', async () => {
    let isAway = false;
    const summaries = setup(() => (isAway ? undefined : [quota('acme')]));
    await summaries.refresh(tenants);
    isAway = true;
    await summaries.refresh(tenants);
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
