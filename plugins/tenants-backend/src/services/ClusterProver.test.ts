import { mockServices } from '@backstage/backend-test-utils';
import {
  Clusters,
  ensureCanary,
  planTenant,
  Platform,
  proveTenants,
  sweepProofPods,
} from '@threewalls/backstage-plugin-tenants-node';
import { testResult } from '../__testUtils__/testResult';
import { testTenant } from '../__testUtils__/testTenant';
import { ClusterProver } from './ClusterProver';

jest.mock('@threewalls/backstage-plugin-tenants-node');

describe('ClusterProver', () => {
  const lab = { name: 'lab' };
  const platform = { proofs: { deadlineMs: 60_000 } } as Platform;
  const logger = mockServices.logger.mock();
  const prover = ClusterProver.create({
    clusters: { get: () => lab, all: () => [lab] } as unknown as Clusters,
    platform,
    logger,
  });
  const round = {
    cluster: 'lab',
    tenants: [testTenant('acme'), testTenant('globex')],
    fresh: true,
    signal: new AbortController().signal,
    onProgress: jest.fn(),
  };
  const answer = (status: 'holds' | 'unproven') =>
    jest.mocked(proveTenants).mockResolvedValueOnce(
      new Map([
        ['acme', { ...testResult(status), neighbour: 'globex' }],
        ['globex', { ...testResult('holds'), neighbour: 'acme' }],
      ]),
    );

  it('makes sure of the canary until all is proved, then trusts it', async () => {
    jest
      .mocked(planTenant)
      .mockImplementation(spec => ({ spec } as ReturnType<typeof planTenant>));
    jest.mocked(ensureCanary).mockResolvedValue([]);
    answer('unproven');
    const results = await prover.prove(round);
    expect([...results.keys()]).toEqual(['acme', 'globex']);
    expect(proveTenants).toHaveBeenCalledWith({
      cluster: lab,
      platform,
      tenants: [
        { spec: round.tenants[0].spec },
        { spec: round.tenants[1].spec },
      ],
      signal: round.signal,
      onProgress: round.onProgress,
    });
    answer('holds');
    await prover.prove(round);
    answer('holds');
    await prover.prove(round);
    // Made, and made sure of again after something was unproven.
    expect(ensureCanary).toHaveBeenCalledTimes(2);
  });

  it('proves what it can where the canary can not be kept', async () => {
    answer('unproven');
    await prover.prove(round);
    jest.mocked(ensureCanary).mockRejectedValueOnce(new Error('sealed'));
    answer('holds');
    const results = await prover.prove(round);
    expect([...results.keys()]).toEqual(['acme', 'globex']);
    expect(logger.warn).toHaveBeenCalledWith(
      'The canary of cluster lab could not be kept: sealed',
    );
  });

  it('sweeps only what is older than any proof, and bears a cluster that is away', async () => {
    jest.mocked(sweepProofPods).mockRejectedValueOnce(new Error('away'));
    await prover.prepare();
    expect(sweepProofPods).toHaveBeenCalledWith(lab, platform, 120_000);
    expect(logger.info).toHaveBeenCalledWith(expect.stringContaining('away'));
  });
});
