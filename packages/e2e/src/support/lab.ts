import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  Clusters,
  Platform,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';

/** The lab's state folder, as the lab itself finds it. */
export const labState =
  process.env.THREEWALLS_LAB_STATE ??
  join(
    process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'),
    'threewalls',
    'lab',
  );

/** Image of n8n in the lab; the proof pods run from it too. */
export const N8N_IMAGE = 'threewalls.local/n8n:2.41.1';

/** Vault of the lab, as this machine reaches it. */
export const VAULT_ADDRESS = 'http://198.18.0.2:30820';

function platformWith(
  kubeconfig: string,
  login: JsonObject,
  over: JsonObject,
): Platform {
  return readPlatform(
    new ConfigReader({
      tenants: {
        clusters: [
          {
            name: 'lab',
            kubernetes: { kubeconfig },
            vault: {
              address: VAULT_ADDRESS,
              inClusterAddress:
                'http://sys-vault.sys-vault.svc.cluster.local:8200',
              login,
            },
            network: { reservedCidrs: ['198.18.0.0/15'] },
          },
        ],
        network: { provider: 'cilium' },
        overcommit: true,
        n8n: { image: N8N_IMAGE },
        proofs: { targets: { names: ['other.saas.test'] } },
        ...over,
      },
    }),
  );
}

/** The lab as the portal sees it, with the rights of deploy/. */
export function portalLab(over: JsonObject = {}): {
  platform: Platform;
  cluster: Cluster;
  clusters: Clusters;
} {
  const portal = join(labState, 'portal');
  const platform = platformWith(
    join(portal, 'kubeconfig'),
    {
      approle: {
        roleIdFile: join(portal, 'vault-role-id'),
        secretIdFile: join(portal, 'vault-secret-id'),
      },
    },
    over,
  );
  const clusters = Clusters.fromPlatform(platform);
  return { platform, clusters, cluster: clusters.get('lab') };
}

/** The lab with every right: for what a test breaks, and to see what is left. */
export function adminLab(): Cluster {
  const platform = platformWith(
    join(labState, 'admin.kubeconfig'),
    { tokenFile: rootTokenFile() },
    {},
  );
  return Clusters.fromPlatform(platform).get('lab');
}

/** Vault's root token in a file of its own, which the client reads. */
function rootTokenFile(): string {
  const { rootToken } = JSON.parse(
    readFileSync(join(labState, 'vault-init.json'), 'utf8'),
  );
  const file = join(labState, 'vault-root-token');
  writeFileSync(file, rootToken, { mode: 0o600 });
  return file;
}

/** A spec of the tests' own. */
export function testSpec(
  name: string,
  over: Partial<TenantSpec> = {},
): TenantSpec {
  return {
    name,
    owner: 'group:default/guests',
    cluster: 'lab',
    size: 'small',
    egress: { hosts: [], cidrs: [] },
    allowInternet: false,
    ...over,
  };
}
