import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, Platform } from '../config/platform';
import { readPlatform } from '../config/readPlatform';

/** Config of a cluster: what it has to say, and what a test has it say beside that. */
export function clusterConfig({
  vault = {},
  ...over
}: Record<string, unknown> = {}) {
  return {
    name: 'lab',
    kubernetes: { kubeconfig: '/nowhere' },
    vault: {
      address: 'http://127.0.0.1:8200',
      login: { tokenFile: '/nowhere' },
      ...(vault as object),
    },
    ...over,
  };
}

const CLUSTER = clusterConfig({
  vault: {
    inClusterAddress: 'http://sys-vault.sys-vault.svc.cluster.local:8200',
  },
  network: { reservedCidrs: ['198.18.0.0/15'] },
});

/** A platform whose one cluster has tenants of others in it, which are only proved. */
export function proofOnlyPlatform(
  declared: Record<string, unknown>[],
  tenants: Record<string, unknown> = {},
): Platform {
  const defaults = {
    namespace: 'flows',
    owner: 'group:default/flows-team',
    workload: { podLabels: { app: 'n8n' }, serviceAccount: 'n8n' },
  };
  const proofOnly = declared.map(one => ({ ...defaults, ...one }));
  return testPlatform({ clusters: [{ ...CLUSTER, proofOnly }], ...tenants });
}

/** A platform with one cluster and every default. */
export function testPlatform(
  tenants: Record<string, unknown> = {},
  root: Record<string, unknown> = {},
): Platform {
  return readPlatform(
    new ConfigReader({
      ...(root as JsonObject),
      tenants: { clusters: [CLUSTER], ...(tenants as JsonObject) },
    }),
  );
}

/** Its one cluster. */
export function testProfile(
  tenants: Record<string, unknown> = {},
): ClusterProfile {
  return testPlatform(tenants).clusters[0];
}

/** A spec with every field that has no default of its own. */
export function testSpec(over: Partial<TenantSpec> = {}): TenantSpec {
  return {
    name: 'acme',
    owner: 'group:default/acme-team',
    cluster: 'lab',
    size: 'small',
    egress: { hosts: [], cidrs: [] },
    allowInternet: false,
    ...over,
  };
}
