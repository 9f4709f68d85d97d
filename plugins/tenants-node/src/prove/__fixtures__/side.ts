import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { Cluster } from '../../clients';
import { planTenant } from '../../plan/planTenant';
import { Platform } from '../../config/platform';
import { canaryParty, tenantParty } from '../round/facts';
import { Party, Side } from '../types';

/** A cluster whose clients are what a test makes them. */
export function testCluster(
  platform: Platform = testPlatform(),
  clients: { kubernetes?: object; vault?: object } = {},
): Cluster {
  const [config] = platform.clusters;
  return {
    name: config.name,
    config,
    kubernetes: (clients.kubernetes ?? {}) as Cluster['kubernetes'],
    vault: (clients.vault ?? {}) as Cluster['vault'],
  };
}

/** Tenants acme and globex, with one pod each, as acme sees the round. */
export function testSide(overrides: Partial<Side> = {}): Side {
  const platform = testPlatform({ network: { provider: 'cilium' } });
  const cluster = testCluster(platform);
  const party = (name: string, host: string): Party => ({
    ...tenantParty(planTenant(testSpec({ name }), platform)),
    pods: [{ host, port: 5678 }],
    nodes: [`node-of-${name}`],
  });
  return {
    cluster,
    platform,
    tenant: party('acme', '198.18.128.1'),
    neighbour: party('globex', '198.18.128.2'),
    canary: canaryParty(cluster, platform),
    kubeApi: [{ host: 'kubernetes.default.svc', port: 443 }],
    kubelets: [{ host: '198.18.0.2', port: 10250 }],
    otherRoles: [],
    ...overrides,
  };
}
