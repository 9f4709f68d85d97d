import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { Cluster, KubernetesError } from '../clients';
import { ARCHIVED_LABEL, ownPolicy } from '../plan/names';
import { KubernetesObject, TenantNames } from '../plan/types';
import { checkOwnership } from './ownership';
import { waitUntilEmpty, waitUntilGone } from './waitGone';

/**
 * A step of a removal that is done.
 *
 * @public
 */
export interface RemoveResult {
  step: string;
  /** Milliseconds */
  ms: number;
}

/** @public */
export interface RemoveTenantOptions {
  /** The tenant's name, typed again */
  confirm: string;
  /** Keep the namespace with its volumes and the KV entry */
  keepData?: boolean;
  signal?: AbortSignal;
  onResult?: (result: RemoveResult) => void;
}

/** Milliseconds for pods to end, and for the namespace to go. */
const PODS_MS = 90_000;
const NAMESPACE_MS = 120_000;

/**
 * Takes a tenant away, in an order that never leaves it open: pods first, then
 * what lets it into Vault, then what it kept there, then the namespace with its
 * walls. Running it again resumes.
 *
 * @throws InputError where the name typed again is another
 * @throws ServiceUnavailableError where something does not go, with what holds it
 * @public
 */
export async function removeTenant(
  tenant: { name: string; names: TenantNames },
  cluster: Cluster,
  options: RemoveTenantOptions,
): Promise<RemoveResult[]> {
  const { name, names } = tenant;
  if (options.confirm !== name) {
    throw new InputError(
      `To remove tenant ${name}, type its name again: ${
        options.confirm || 'nothing'
      } is another`,
    );
  }
  const results: RemoveResult[] = [];
  const step = async (what: string, run: () => Promise<void>) => {
    options.signal?.throwIfAborted();
    const startedAt = performance.now();
    await run();
    const result = {
      step: what,
      ms: Math.round(performance.now() - startedAt),
    };
    results.push(result);
    options.onResult?.(result);
  };
  const { kubernetes } = cluster;
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: names.namespace };
  const namespace = await kubernetes.get(ref);
  if (namespace) {
    checkOwnership(namespace, name, false);
  }
  // Of one that is on its way out the portal's RoleBinding may be gone already,
  // and all that comes before was done.
  const present = namespace && !namespace.metadata.deletionTimestamp;
  if (present) {
    await step('No pod is left', () => cordon(names, cluster, options.signal));
  }
  await step('No Vault token of the tenant works', async () =>
    removeFromVault(
      tenant,
      cluster,
      present ? await loginUid(names, cluster) : undefined,
    ),
  );
  if (present) {
    await step('No ExternalSecret is left', () =>
      removeExternalSecrets(names, cluster, options.signal),
    );
  }
  if (options.keepData) {
    await step('The namespace is archived, volumes and KV entry are kept', () =>
      archive(namespace, cluster),
    );
    return results;
  }
  await step('The KV entry is destroyed', async () => {
    const { kvMount } = cluster.config.vault;
    await expectGone(cluster, `${kvMount}/metadata/${names.kvPath}`);
  });
  await step('The namespace is gone', async () => {
    await kubernetes.delete(ref);
    await waitUntilGone(ref, cluster, NAMESPACE_MS, options.signal);
  });
  await step('Nothing is left', () => verify(tenant, cluster));
  return results;
}

/** Ends every pod while the policies that hold it still stand. */
async function cordon(
  names: TenantNames,
  { kubernetes }: Cluster,
  signal?: AbortSignal,
): Promise<void> {
  const { namespace } = names;
  const deployments = { apiVersion: 'apps/v1', kind: 'Deployment', namespace };
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
  for (const { metadata } of (await kubernetes.list(deployments)).items) {
    await kubernetes.delete({ ...deployments, name: metadata.name });
  }
  for (const { metadata } of (await kubernetes.list(pods)).items) {
    await kubernetes.delete({ ...pods, name: metadata.name });
  }
  await waitUntilEmpty(pods, { kubernetes }, PODS_MS, signal);
}

/** UID of the ServiceAccount that logs in: Vault's alias of its identity. */
async function loginUid(
  names: TenantNames,
  { kubernetes }: Cluster,
): Promise<string | undefined> {
  const account = await kubernetes.get({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace: names.namespace,
    name: names.loginServiceAccount,
  });
  return account && String(account.metadata.uid);
}

/** Ends the tokens that the tenant holds, and the way to new ones. */
async function removeFromVault(
  { name, names }: { name: string; names: TenantNames },
  cluster: Cluster,
  accountUid: string | undefined,
): Promise<void> {
  const { vault, config } = cluster;
  const { authMount } = config.vault;
  await expectGone(cluster, `auth/${authMount}/role/${names.vaultRole}`);
  if (accountUid) {
    const mounts = await vault.expect('GET', 'sys/auth');
    const entity = await vault.request('POST', 'identity/lookup/entity', {
      alias_name: accountUid,
      alias_mount_accessor: mounts[`${authMount}/`]?.accessor,
    });
    const id = entity.data?.id;
    if (id) {
      // There is no revoking by role: a disabled entity's tokens are refused.
      await vault.expect('POST', `identity/entity/id/${id}`, {
        disabled: true,
      });
      await vault.expect('DELETE', `identity/entity/id/${id}`);
    }
  }
  // Never the fixed one, which is every tenant's.
  await expectGone(cluster, `sys/policies/acl/${ownPolicy(name)}`);
}

async function expectGone({ vault }: Cluster, path: string): Promise<void> {
  const response = await vault.request('DELETE', path);
  if (response.status !== 404 && response.status >= 300) {
    await vault.expect('DELETE', path);
  }
}

/** External Secrets' finalizers go while its operator still may enter. */
async function removeExternalSecrets(
  { namespace }: TenantNames,
  { kubernetes }: Cluster,
  signal?: AbortSignal,
): Promise<void> {
  for (const kind of ['ExternalSecret', 'SecretStore']) {
    const collection = {
      apiVersion: 'external-secrets.io/v1',
      kind,
      namespace,
    };
    for (const { metadata } of (await kubernetes.list(collection)).items) {
      await kubernetes.delete({ ...collection, name: metadata.name });
    }
    await waitUntilEmpty(collection, { kubernetes }, PODS_MS, signal);
  }
}

/**
 * Labels the namespace as archived by an apply of our own, so that the next apply
 * of the tenant's plan, which has no such label, takes it off again.
 */
async function archive(
  namespace: KubernetesObject | undefined,
  { kubernetes }: Cluster,
): Promise<void> {
  if (!namespace) {
    return;
  }
  const { apiVersion, kind, metadata } = namespace;
  const { name, labels, annotations } = metadata;
  const response = await kubernetes.apply({
    apiVersion,
    kind,
    metadata: {
      name,
      labels: { ...labels, [ARCHIVED_LABEL]: 'true' },
      annotations,
    },
  });
  if (response.status >= 300) {
    throw KubernetesError.fromResponse(
      { method: 'apply of', path: `Namespace ${name}` },
      response,
    );
  }
}

async function verify(
  { name, names }: { name: string; names: TenantNames },
  cluster: Cluster,
): Promise<void> {
  const { authMount, kvMount } = cluster.config.vault;
  const left: string[] = [];
  for (const path of [
    `sys/policies/acl/${ownPolicy(name)}`,
    `auth/${authMount}/role/${names.vaultRole}`,
    `${kvMount}/metadata/${names.kvPath}`,
  ]) {
    if (await cluster.vault.read(path)) {
      left.push(`Vault ${path}`);
    }
  }
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: names.namespace };
  if (await cluster.kubernetes.get(ref)) {
    left.push(`Namespace ${names.namespace}`);
  }
  if (left.length > 0) {
    throw new ServiceUnavailableError(
      `Still there: ${left.join(', ')}. Run this again: it resumes`,
    );
  }
}
