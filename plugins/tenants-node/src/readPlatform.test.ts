import { testPlatform } from './__fixtures__/platform';

describe('readPlatform', () => {
  it('fills every default in', () => {
    const { sizes, proofs, network, n8n } = testPlatform();
    expect(Object.keys(sizes)).toEqual(['small', 'medium', 'large']);
    expect(network).toMatchObject({ provider: 'kubernetes', denial: 'drop' });
    expect(proofs).toMatchObject({
      intervalMs: 300_000,
      connectTimeoutMs: 3000,
      image: n8n.image,
    });
  });

  it('takes a size of its own, and the rest of it from small', () => {
    const { sizes } = testPlatform({
      sizes: { tiny: { title: 'Tiny', quota: { pods: 3 } } },
    });
    expect(sizes.tiny.quota).toEqual({ ...sizes.small.quota, pods: 3 });
  });

  it.each([
    [{ quota: { limitsMemory: '2GB' } }, /quota.limitsMemory: 2GB/],
    [{ quota: { limitsMemory: '1e99' } }, /1e99/],
    [{ quota: { requestsCpu: '-1' } }, /-1/],
    [{ quota: { requestsMemory: '3Gi' } }, /is over quota.limitsMemory/],
    [{ n8n: { limits: { memory: '4Gi' } } }, /is over container.max.memory/],
    [{ n8n: { requests: { cpu: '2' } } }, /is over n8n.limits.cpu/],
  ])('refuses a size that contradicts itself: %j', (size, message) => {
    expect(() => testPlatform({ sizes: { small: size } })).toThrow(message);
  });

  it('refuses a network provider that there is not', () => {
    expect(() => testPlatform({ network: { provider: 'calico' } })).toThrow(
      /kubernetes, cilium/,
    );
  });
});

describe('the targets of proofs', () => {
  it('are read as address and port', () => {
    const { proofs } = testPlatform({
      proofs: { targets: { internet: ['192.0.2.1:443'], dns: '192.0.2.2:53' } },
    });
    expect(proofs.outside).toEqual({
      internet: [{ host: '192.0.2.1', port: 443 }],
      dns: { host: '192.0.2.2', port: 53 },
      metadata: { host: '169.254.169.254', port: 80 },
    });
  });

  it.each(['example.com:443', '192.0.2.1', '192.0.2.1:0', '192.0.2.1:1:2'])(
    'are refused where they are none: %s',
    dns => {
      expect(() => testPlatform({ proofs: { targets: { dns } } })).toThrow(
        /proofs.targets.dns/,
      );
    },
  );
});
