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
  KubernetesObject,
  objectPath,
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

interface Access {
  kubeconfig: string;
  /** Beside the address */
  vault: JsonObject;
}

/** How the portal gets into a lab: the credentials that deploy/ gives it. */
export function portalAccessTo(state: string) {
  const portal = join(state, 'portal');
  const approle = {
    roleIdFile: join(portal, 'vault-role-id'),
    secretIdFile: join(portal, 'vault-secret-id'),
  };
  const kubeconfig = join(portal, 'kubeconfig');
  return { kubeconfig, vault: { login: { approle } } };
}

export const portalAccess = portalAccessTo(labState);

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
export function labOf(tenants: JsonObject) {
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

export const RBAC = 'rbac.authorization.k8s.io';
const ESO = 'external-secrets.io/v1';

/** API versions of kinds that are not of the core group. */
const API_VERSIONS: Record<string, string> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  CiliumClusterwideNetworkPolicy: 'cilium.io/v2',
  Role: `${RBAC}/v1`,
  RoleBinding: `${RBAC}/v1`,
  ClusterRole: `${RBAC}/v1`,
  ClusterRoleBinding: `${RBAC}/v1`,
  SecretStore: ESO,
  ExternalSecret: ESO,
  ClusterSecretStore: ESO,
  ClusterExternalSecret: ESO,
  PushSecret: `${ESO}alpha1`,
  SubjectAccessReview: 'authorization.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  RuntimeClass: 'node.k8s.io/v1',
};

/** What an object is found by; objects of a kind, where there is no name. */
export function refOf(kind: string, name?: string, namespace?: string) {
  return { apiVersion: API_VERSIONS[kind] ?? 'v1', kind, namespace, name };
}

/** An object as it is sent. */
export function objectOf(
  kind: string,
  metadata: KubernetesObject['metadata'],
  rest: object = {},
): KubernetesObject {
  const { apiVersion } = refOf(kind);
  return { apiVersion, kind, metadata, ...rest };
}

/** A volume that is a folder of the node's, for claims of a class. */
export const volumeOf = (
  name: string,
  storageClassName: string,
  path: string,
  more: object = {},
) =>
  objectOf(
    'PersistentVolume',
    { name },
    {
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce'],
        ...more,
        storageClassName,
        hostPath: { path, type: 'DirectoryOrCreate' },
      },
    },
  );

/** The portal's ServiceAccount, as what a role is bound to. */
export const PORTAL = {
  kind: 'ServiceAccount',
  namespace: 'threewalls-system',
  name: 'threewalls-portal',
};

/** Binds a ClusterRole: in a namespace, or everywhere. */
export function bindingOf(
  name: string,
  role: string,
  subject: object,
  namespace?: string,
): KubernetesObject {
  const kind = namespace ? 'RoleBinding' : 'ClusterRoleBinding';
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: role };
  return objectOf(kind, { name, namespace }, { roleRef, subjects: [subject] });
}

/** Makes an object, as somebody who is not the portal. */
export function create(kubernetes: KubernetesClient, body: KubernetesObject) {
  const { apiVersion, kind, metadata } = body;
  const { namespace } = metadata;
  const path = objectPath({ apiVersion, kind, namespace });
  return kubernetes.expect({ method: 'POST', path, body });
}

/** Removes an object at once, where it is there. */
export function remove(
  kubernetes: KubernetesClient,
  { apiVersion, kind, metadata: { namespace, name } }: KubernetesObject,
) {
  const ref = { apiVersion, kind, namespace, name };
  return kubernetes.delete(ref, { gracePeriodSeconds: 0 });
}

/** A token of a ServiceAccount, as its own pods get one. */
export async function tokenOf(
  kubernetes: KubernetesClient,
  { name, namespace }: { name: string; namespace: string },
  spec: object,
): Promise<string> {
  const path = `${objectPath(refOf('ServiceAccount', name, namespace))}/token`;
  const request = { method: 'POST', path, body: { spec } } as const;
  return (await kubernetes.expect<any>(request)).status.token;
}

/** Whether the API server lets somebody do something. */
export async function mayDo(
  kubernetes: KubernetesClient,
  spec: object,
): Promise<boolean> {
  const { apiVersion, kind } = refOf('SubjectAccessReview');
  const answer = await kubernetes.create<any>({ apiVersion, kind, spec });
  if (answer.status !== 201) {
    throw new Error(`${kind}: ${answer.status}`);
  }
  return answer.body.status.allowed;
}

/** A client that does some things in another way. */
export function replacing(
  kubernetes: KubernetesClient,
  own: Partial<KubernetesClient>,
): KubernetesClient {
  return new Proxy(kubernetes, {
    get(target, key) {
      const value = Reflect.get(own, key) ?? Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
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

/** Spec of a policy that lets everything out. */
export const ALL_OUT = {
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [{}],
};

/** A policy that lets everybody in: policies add up, so that no other closes that again. */
export function openPolicy(namespace: string) {
  const metadata = { name: 'open', namespace };
  const spec = { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] };
  return objectOf('NetworkPolicy', metadata, { spec });
}
