import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const LAB_CLI = join(__dirname, '..', '..', '..', 'lab', 'src', 'cli.ts');

/** Runs a command of the lab's own, such as `stop kube-apiserver`, and answers with what it printed. */
export async function runLab(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', LAB_CLI, ...args],
    { env: { ...process.env, THREEWALLS_LAB_STATE: labState } },
  );
  return stdout;
}

/** Image of n8n in the lab; the proof pods run from it too. */
export const N8N_IMAGE = 'threewalls.local/n8n:2.41.1';

/** Vault of the lab, as this machine reaches it. */
export const VAULT_ADDRESS = 'http://198.18.0.2:30820';

const portal = join(labState, 'portal');

interface Access {
  kubeconfig: string;
  /** Beside the address */
  vault: JsonObject;
}

/** How the portal gets into the lab: the credentials that deploy/ gives it. */
export const portalAccess = {
  kubeconfig: join(portal, 'kubeconfig'),
  vault: {
    login: {
      approle: {
        roleIdFile: join(portal, 'vault-role-id'),
        secretIdFile: join(portal, 'vault-secret-id'),
      },
    },
  },
};

/** The lab as an entry of `tenants.clusters`. */
export function labCluster(access: Access): JsonObject {
  return {
    name: 'lab',
    kubernetes: { kubeconfig: access.kubeconfig },
    vault: {
      address: VAULT_ADDRESS,
      inClusterAddress: 'http://sys-vault.sys-vault.svc.cluster.local:8200',
      ...access.vault,
    },
    network: { reservedCidrs: ['198.18.0.0/15'] },
  };
}

/** Config of `tenants` for the lab; `over` replaces what it names. */
export function labConfig(
  access: Access = portalAccess,
  over: JsonObject = {},
): JsonObject {
  return {
    clusters: [labCluster(access)],
    network: { provider: 'cilium' },
    overcommit: true,
    n8n: { image: N8N_IMAGE },
    ...over,
  };
}

/** The lab as a portal sees it that has this config. */
export function labOf(tenants: JsonObject): {
  platform: Platform;
  cluster: Cluster;
  clusters: Clusters;
} {
  const platform = readPlatform(new ConfigReader({ tenants }));
  const clusters = Clusters.fromPlatform(platform);
  return { platform, clusters, cluster: clusters.get('lab') };
}

/** Attacks reach for a name that n8n would. */
const proofs = { targets: { names: ['other.saas.test'] } };

/** The lab as the portal sees it, with the rights of deploy/. */
export function portalLab(over: JsonObject = {}) {
  return labOf(labConfig(portalAccess, { proofs, ...over }));
}

/** The lab with every right: for what a test breaks, and to see what is left. */
export function adminLab(): Cluster {
  const kubeconfig = join(labState, 'admin.kubeconfig');
  const vault = { login: { tokenFile: rootTokenFile() } };
  return labOf(labConfig({ kubeconfig, vault })).cluster;
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

/** A policy that lets everybody in: policies add up, so that no other closes that again. */
export function openPolicy(namespace: string) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'open', namespace },
    spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] },
  };
}
