import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, Platform } from '../config/platform';
import { readPlatform } from '../config/readPlatform';

/** A platform with one cluster and every default. */
export function testPlatform(
  tenants: Record<string, unknown> = {},
  root: Record<string, unknown> = {},
): Platform {
  return readPlatform(
    new ConfigReader({
      ...(root as JsonObject),
      tenants: {
        clusters: [
          {
            name: 'lab',
            kubernetes: { kubeconfig: '/nowhere' },
            vault: {
              address: 'http://127.0.0.1:8200',
              inClusterAddress:
                'http://sys-vault.sys-vault.svc.cluster.local:8200',
              login: { tokenFile: '/nowhere' },
            },
            network: { reservedCidrs: ['198.18.0.0/15'] },
          },
        ],
        ...(tenants as JsonObject),
      },
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
