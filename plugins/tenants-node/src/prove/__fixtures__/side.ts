import {
  proofOnlyPlatform,
  testPlatform,
  testProfile,
  testSpec,
} from '../../__fixtures__/platform';
import { Cluster } from '../../clients';
import { planTenant } from '../../plan/planTenant';
import { proofOnlySpec } from '../../plan/proofOnly';
import { ClusterProfile } from '../../config/platform';
import { canaryParty, tenantParty } from '../round/facts';
import { Party, Side } from '../types';

/** A cluster whose clients are what a test makes them. */
export function testCluster(
  config: ClusterProfile = testProfile(),
  clients: { kubernetes?: object; vault?: object } = {},
): Cluster {
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
  const cluster = testCluster(platform.clusters[0]);
  const party = (name: string, host: string): Party => ({
    ...tenantParty(planTenant(testSpec({ name }), platform)),
    pods: [{ host, port: 5678 }],
    nodes: [`node-of-${name}`],
  });
  return {
    cluster,
    tenant: party('acme', '198.18.128.1'),
    neighbour: party('globex', '198.18.128.2'),
    canary: canaryParty(cluster.config),
    kubeApi: [{ host: 'kubernetes.default.svc', port: 443 }],
    kubelets: [{ host: '198.18.0.2', port: 10250 }],
    otherRoles: [],
    ...overrides,
  };
}

/** A side as it is with some settings of its cluster otherwise. */
export function sideOn(side: Side, config: Partial<ClusterProfile>): Side {
  const cluster = testCluster({ ...side.cluster.config, ...config });
  return { ...side, cluster };
}

/**
 * Tenant `flows`, which is only proved, against another of its kind (`more`), one of
 * the portal's own, or nobody.
 */
export function proofOnlySide(declared: object, neighbour?: string): Side {
  const platform = proofOnlyPlatform(
    [{ ...declared }, { namespace: 'more', withoutVault: true }],
    { network: { provider: 'cilium' } },
  );
  const [cluster] = platform.clusters;
  const party = (name: string): Party => {
    const one = cluster.proofOnly.find(each => each.name === name);
    const spec = one ? proofOnlySpec(one, cluster) : testSpec({ name });
    return {
      ...tenantParty(planTenant(spec, platform)),
      pods: [{ host: `198.18.128.${name.length}`, port: 5678 }],
      nodes: [`node-of-${name}`],
    };
  };
  return testSide({
    cluster: testCluster(cluster),
    tenant: party('flows'),
    neighbour: neighbour ? party(neighbour) : undefined,
  });
}
