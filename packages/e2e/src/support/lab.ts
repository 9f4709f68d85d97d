import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  Clusters,
  KubernetesClient,
  objectPath,
  Platform,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { VAULT_ADDR, VAULT_IN_CLUSTER } from '../../../lab/src/addresses.ts';
import { labPaths, labRoot } from '../../../lab/src/paths.ts';
import { IMAGES } from '../../../lab/src/versions.ts';

export { IMAGES, VAULT_ADDR };

/** The lab's state folder. */
export const labState = labPaths().state;

/** Runs a command of the lab's own, such as `stop kube-apiserver`, and answers with what it printed. */
export async function runLab(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', join(labRoot, 'src', 'cli.ts'), ...args],
    { env: { ...process.env, THREEWALLS_LAB_STATE: labState } },
  );
  return stdout;
}

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
      address: VAULT_ADDR,
      inClusterAddress: VAULT_IN_CLUSTER,
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
    n8n: { image: IMAGES.n8n },
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
export function rootTokenFile(state: string = labState): string {
  const file = join(state, 'vault-root-token');
  writeFileSync(file, vaultKeys(state).rootToken, { mode: 0o600 });
  return file;
}

/** What the Vault of a lab was initialised with. */
export function vaultKeys(state: string = labState): {
  rootToken: string;
  unsealKey: string;
} {
  return JSON.parse(readFileSync(join(state, 'vault-init.json'), 'utf8'));
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

/** Changes fields of an object, for those who own them all or as another manager. */
export function merge(
  kubernetes: KubernetesClient,
  path: string,
  body: object,
  fieldManager?: string,
) {
  return kubernetes.expect({
    method: 'PATCH',
    path,
    ...(fieldManager && { query: { fieldManager } }),
    contentType: 'application/merge-patch+json',
    body,
  });
}

/** An object that is to be made. */
export interface NewObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: object };
  [field: string]: unknown;
}

/** Makes an object, as somebody who is not the portal. */
export function create(kubernetes: KubernetesClient, body: NewObject) {
  const { apiVersion, kind, metadata } = body;
  const { namespace } = metadata;
  const path = objectPath({ apiVersion, kind, namespace });
  return kubernetes.expect({ method: 'POST', path, body });
}

/** Removes an object at once, where it is there. */
export function remove(
  kubernetes: KubernetesClient,
  { apiVersion, kind, metadata: { namespace, name } }: NewObject,
) {
  const ref = { apiVersion, kind, namespace, name };
  return kubernetes.delete(ref, { gracePeriodSeconds: 0 });
}

/** What PodSecurity asks of a pod and of its containers where it is `restricted`. */
export const RESTRICTED = {
  pod: {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  container: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  },
};

/** A policy that lets everybody in: policies add up, so that no other closes that again. */
export function openPolicy(namespace: string) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'open', namespace },
    spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] },
  };
}
