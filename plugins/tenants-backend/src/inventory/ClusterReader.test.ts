import { setTimeout as sleep } from 'node:timers/promises';
import { mockServices } from '@backstage/backend-test-utils';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { ClusterReader } from './ClusterReader';

describe('ClusterReader', () => {
  const tenant = { uid: 'uid-acme', name: 'acme' } as TenantRecord;

  function setup(read: () => Promise<TenantRecord[]>) {
    const logger = mockServices.logger.mock();
    const reads = jest.fn(async () => ({ tenants: await read(), odd: [] }));
    return { logger, reads, reader: new ClusterReader('lab', reads, logger) };
  }

  it('reads once for many who ask at the same moment', async () => {
    const { reader, reads } = setup(async () => [tenant]);
    expect(reader.error).toBeDefined();
    await Promise.all([reader.refresh(), reader.refresh()]);
    await reader.refresh();
    expect(reads).toHaveBeenCalledTimes(1);
    expect(reader.error).toBeUndefined();
    expect([...reader.found.keys()]).toEqual(['uid-acme']);
  });

  it('says why a cluster is away, keeps what it had, and sees that it is back', async () => {
    let isAway = false;
    const { reader, reads, logger } = setup(async () => {
      if (isAway) {
        throw new Error('connect ECONNREFUSED');
      }
      return [tenant];
    });
    await reader.refresh();
    isAway = true;
    await sleep(2_050);
    await reader.refresh();
    await reader.refresh();
    expect(reader.error).toBe('connect ECONNREFUSED');
    expect(reader.found.size).toBe(1);
    // It is asked again later, not with each question.
    expect(reads).toHaveBeenCalledTimes(2);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    isAway = false;
    await sleep(1_050);
    await reader.refresh();
    expect(reader.error).toBeUndefined();
    expect(logger.info).toHaveBeenCalledWith('Cluster lab is back');
  });

  it('lets nobody wait for long for one that hangs', async () => {
    const { reader } = setup(() => new Promise(() => {}));
    const startedAt = Date.now();
    await reader.refresh();
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(reader.error).toBeDefined();
  });
});
