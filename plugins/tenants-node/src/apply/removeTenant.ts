import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { Cluster, KubernetesError, objectPath, VaultError } from '../clients';
import { ObjectRef } from '../clients/kubernetes';
import { Listed, until } from '../clients/until';
import { ARCHIVED_LABEL, ownPolicy } from '../plan/names';
import { KubernetesObject, TenantNames } from '../plan/types';
import { checkOwnership } from './ownership';
import { entryNamespace } from './seed';

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

/**
 * What a removal did.
 *
 * @public
 */
export interface Removal {
  steps: RemoveResult[];
  /** What was there and is gone, such as `Vault role tenant-acme` */
  removed: string[];
  /** What is still there, and why */
  kept: string[];
}

/** @public */
export interface RemoveTenantOptions {
  /** The tenant's name, typed again */
  confirm: string;
  /** Keep the namespace with its volumes and the KV entry */
  keepData?: boolean;
  /** UID of its namespace: another of that name is not touched */
  uid?: string;
  /** UID of the ServiceAccount that logs in, for where the namespace is gone already */
  accountUid?: string;
  /** The portal's RoleBinding in the namespace, made again where it is missing */
  binding?: KubernetesObject;
  signal?: AbortSignal;
  onResult?: (result: RemoveResult) => void;
}

/** Milliseconds for pods to end, for the namespace to go, and for its volumes. */
const PODS_MS = 90_000;
const NAMESPACE_MS = 120_000;
const VOLUMES_MS = 30_000;
/** Times that an object comes back before it is said who makes it again. */
const RETURNS = 3;
/** Milliseconds that the API server may take to know of a RoleBinding. */
const BINDING_MS = 5_000;
/** Milliseconds in which a controller would make again what was deleted. */
const RETURN_MS = 3_000;

class TenantRemoval {
  readonly #removal: Removal = { steps: [], removed: [], kept: [] };
  /** Volumes of the tenant's claims, and whether they go with them */
  #volumes: Volume[] = [];

  constructor(
    private readonly tenant: { name: string; names: TenantNames },
    private readonly cluster: Cluster,
    private readonly options: RemoveTenantOptions,
  ) {}

  async run(): Promise<Removal> {
    const { names } = this.tenant;
    const { keepData } = this.options;
    const namespace = await this.#findNamespace();
    // Of one that is on its way out the portal's RoleBinding may be gone already,
    // and all that comes before was done.
    const isPresent = namespace && !namespace.metadata.deletionTimestamp;
    if (isPresent) {
      await this.#ensureAccess();
      this.#volumes = await this.#findVolumes();
      await this.#step('No pod is left', () => this.#cordon());
    }
    await this.#step('No Vault token of the tenant works', async () =>
      this.#removeFromVault(
        isPresent ? await this.#loginUid() : this.options.accountUid,
      ),
    );
    if (isPresent) {
      await this.#step('No ExternalSecret is left', async () => {
        for (const kind of ['ExternalSecret', 'SecretStore']) {
          await this.#removeAll('external-secrets.io/v1', kind);
        }
      });
    }
    if (keepData) {
      await this.#step(
        'The namespace is archived, volumes and KV entry are kept',
        () => this.#archive(namespace),
      );
      return this.#removal;
    }
    await this.#step('The KV entry is destroyed', () => this.#removeEntry());
    await this.#step('The namespace is gone', () =>
      this.#removeNamespace(namespace),
    );
    await this.#step('Volumes are gone, or named', () => this.#followVolumes());
    await this.#step('Nothing else is left', () =>
      this.#verify(names, namespace),
    );
    return this.#removal;
  }

  async #step(step: string, run: () => Promise<void>): Promise<void> {
    this.options.signal?.throwIfAborted();
    const startedAt = performance.now();
    await run();
    const result = { step, ms: Math.round(performance.now() - startedAt) };
    this.#removal.steps.push(result);
    this.options.onResult?.(result);
  }

  async #findNamespace(): Promise<KubernetesObject | undefined> {
    const { uid } = this.options;
    const namespace = await this.cluster.kubernetes.get(this.#namespaceRef());
    if (!namespace) {
      return undefined;
    }
    if (uid !== undefined && namespace.metadata.uid !== uid) {
      this.#removal.kept.push(
        `Namespace ${namespace.metadata.name} (UID ${namespace.metadata.uid}) is not this tenant's, whose UID was ${uid}: it was not touched`,
      );
      return undefined;
    }
    if (uid === undefined) {
      const { name } = this.tenant;
      const owner = namespace.metadata.annotations?.['threewalls.io/owner'];
      checkOwnership(namespace, { spec: { name, owner } as any });
    }
    return namespace;
  }

  #namespaceRef() {
    const { namespace } = this.tenant.names;
    return { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  }

  /**
   * Gives the portal its rights in the namespace again: an apply may have been cut
   * off before they were there, and a hand may have taken them.
   */
  async #ensureAccess(): Promise<void> {
    const { kubernetes } = this.cluster;
    const { binding } = this.options;
    if (!binding) {
      return;
    }
    const { apiVersion, kind, metadata } = binding;
    const { namespace, name } = metadata;
    if (await kubernetes.get({ apiVersion, kind, namespace, name })) {
      return;
    }
    const response = await kubernetes.apply(binding);
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(
        { method: 'apply of', path: `${kind} ${name}` },
        response,
      );
    }
    const deadline = Date.now() + BINDING_MS;
    const path = objectPath({ apiVersion: 'v1', kind: 'Pod', namespace });
    const isRefused = async () =>
      (await kubernetes.request({ method: 'GET', path })).status === 403;
    while ((await isRefused()) && Date.now() < deadline) {
      await sleep(100, undefined, { signal: this.options.signal });
    }
  }

  /** Ends every pod while the policies that hold it still stand. */
  async #cordon(): Promise<void> {
    await this.#removeAll('apps/v1', 'Deployment');
    await this.#removeAll('v1', 'Pod');
  }

  /** Deletes all of a kind, also what comes back, until there is none. */
  async #removeAll(apiVersion: string, kind: string): Promise<void> {
    const { kubernetes } = this.cluster;
    const { namespace } = this.tenant.names;
    const collection = { apiVersion, kind, namespace };
    /** UIDs that were seen, by who makes them */
    const seen = new Map<string, Set<string>>();
    let left: Listed[] = [];
    let lastAt = 0;
    const isEmpty = await until(
      kubernetes,
      collection,
      { timeoutMs: PODS_MS, signal: this.options.signal },
      async items => {
        left = items;
        for (const { metadata } of items) {
          const { name, uid = '', deletionTimestamp } = metadata;
          const by = controllerOf(metadata);
          const uids = seen.get(by ?? name) ?? new Set();
          if (!uids.has(uid)) {
            this.#removal.removed.push(`${kind} ${name}`);
          }
          seen.set(by ?? name, uids.add(uid));
          if (by && uids.size > RETURNS) {
            throw new ServiceUnavailableError(
              `${kind} ${name} in ${namespace} is made again and again by ${by}: remove that first, then run this again`,
            );
          }
          if (!deletionTimestamp) {
            // A Deployment goes last of its own, so that none of its pods returns.
            await kubernetes.delete(
              { ...collection, name },
              { foreground: true },
            );
          }
        }
        lastAt = items.length > 0 ? Date.now() : lastAt;
        // A Deployment, which is deleted itself, makes its pods by a ReplicaSet.
        const isMade = [...seen.keys()].some(
          by => by.includes(' ') && !by.startsWith('ReplicaSet '),
        );
        return (
          items.length === 0 && (!isMade || Date.now() - lastAt > RETURN_MS)
        );
      },
    );
    if (!isEmpty) {
      throw stillThere(kind, namespace, PODS_MS, left);
    }
  }

  /** UID of the ServiceAccount that logs in: Vault's alias of its identity. */
  async #loginUid(): Promise<string | undefined> {
    const { namespace, loginServiceAccount } = this.tenant.names;
    const account = await this.cluster.kubernetes.get({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace,
      name: loginServiceAccount,
    });
    return account ? String(account.metadata.uid) : this.options.accountUid;
  }

  /** Ends the tokens that the tenant holds, and the way to new ones. */
  async #removeFromVault(accountUid: string | undefined): Promise<void> {
    const { vault, config } = this.cluster;
    const { authMount } = config.vault;
    const { name, names } = this.tenant;
    await this.#delete(
      `Vault role ${names.vaultRole}`,
      `auth/${authMount}/role/${names.vaultRole}`,
    );
    if (accountUid) {
      const mounts = await vault.expect('GET', 'sys/auth');
      const path = 'identity/lookup/entity';
      const entity = await vault.request('POST', path, {
        alias_name: accountUid,
        alias_mount_accessor: mounts[`${authMount}/`]?.accessor,
      });
      if (entity.status >= 300 && entity.status !== 404) {
        throw VaultError.fromResponse({ method: 'POST', path }, entity);
      }
      const id = entity.data?.id;
      if (id) {
        // There is no revoking by role: a disabled entity's tokens are refused.
        await vault.expect('POST', `identity/entity/id/${id}`, {
          disabled: true,
        });
        await vault.expect('DELETE', `identity/entity/id/${id}`);
        this.#removal.removed.push(`Vault entity ${id}`);
      }
    }
    // Never the fixed one, which is every tenant's.
    const policy = ownPolicy(name);
    await this.#delete(`Vault policy ${policy}`, `sys/policies/acl/${policy}`);
  }

  /** Deletes an object in Vault, and notes it where it was there. */
  async #delete(what: string, path: string): Promise<void> {
    const { vault } = this.cluster;
    if (await vault.read(path)) {
      await vault.expect('DELETE', path);
      this.#removal.removed.push(what);
    }
  }

  async #removeEntry(): Promise<void> {
    const { vault, config } = this.cluster;
    const { kvPath } = this.tenant.names;
    const { uid } = this.options;
    const path = `${config.vault.kvMount}/metadata/${kvPath}`;
    const what = `Vault KV ${config.vault.kvMount}/${kvPath}`;
    const metadata = await vault.read(path);
    const marked = entryNamespace(metadata);
    if (uid && marked && marked !== uid) {
      this.#removal.kept.push(
        `${what} is of another namespace (UID ${marked}): it was not touched`,
      );
      return;
    }
    await this.#delete(what, path);
  }

  async #removeNamespace(
    namespace: KubernetesObject | undefined,
  ): Promise<void> {
    if (!namespace) {
      return;
    }
    const { kubernetes } = this.cluster;
    const { name, uid } = namespace.metadata;
    const ref = this.#namespaceRef();
    await kubernetes.delete(ref, { uid: String(uid) });
    let left: Listed[] = [];
    const isGone = await until(
      kubernetes,
      ref,
      { timeoutMs: NAMESPACE_MS, signal: this.options.signal },
      items => {
        left = items.filter(item => item.metadata.uid === uid);
        return left.length === 0;
      },
    );
    if (!isGone) {
      throw stillThere('Namespace', name, NAMESPACE_MS, left);
    }
    this.#removal.removed.push(`Namespace ${name} (UID ${uid})`);
  }

  async #findVolumes(): Promise<Volume[]> {
    const { kubernetes } = this.cluster;
    const { namespace } = this.tenant.names;
    const kind = 'PersistentVolumeClaim';
    const { items } = await kubernetes.list<any>({
      apiVersion: 'v1',
      kind,
      namespace,
    });
    return Promise.all(
      items.map(async ({ metadata, spec }) => {
        const name: string | undefined = spec?.volumeName;
        const claim = metadata.name;
        const volume = name && (await this.#readVolume(name));
        return {
          claim,
          name,
          policy: volume
            ? volume.spec?.persistentVolumeReclaimPolicy
            : undefined,
        };
      }),
    );
  }

  /** `false` where the portal may not look. */
  async #readVolume(name: string): Promise<any | undefined | false> {
    try {
      return await this.cluster.kubernetes.get<any>({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        name,
      });
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 403) {
        return false;
      }
      throw error;
    }
  }

  /** A volume that outlives its claim holds n8n's database, and its key in clear. */
  async #followVolumes(): Promise<void> {
    const deadline = Date.now() + VOLUMES_MS;
    for (const { name, claim, policy } of this.#volumes) {
      if (!name) {
        continue;
      }
      const what = `PersistentVolume ${name} of claim ${claim}`;
      let volume = await this.#readVolume(name);
      while (volume && policy === 'Delete' && Date.now() < deadline) {
        await sleep(500, undefined, { signal: this.options.signal });
        volume = await this.#readVolume(name);
      }
      if (volume === undefined) {
        this.#removal.removed.push(what);
      } else {
        const why =
          volume === false
            ? 'the portal may not look whether it is gone'
            : `its reclaim policy is ${policy}, its phase ${volume.status?.phase}`;
        this.#removal.kept.push(
          `${what}: ${why}. It holds n8n's database and its encryption key in clear: have an administrator delete it`,
        );
      }
    }
  }

  /**
   * Labels the namespace as archived by an apply of our own, so that the next apply
   * of the tenant's plan, which has no such label, takes it off again.
   */
  async #archive(namespace: KubernetesObject | undefined): Promise<void> {
    if (!namespace) {
      return;
    }
    const { apiVersion, kind, metadata } = namespace;
    const { name, labels = {}, annotations = {} } = metadata;
    const ours = (fields: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(fields).filter(([key]) =>
          /^(threewalls\.io|pod-security\.kubernetes\.io)\/|managed-by$/.test(
            key,
          ),
        ),
      );
    const response = await this.cluster.kubernetes.apply({
      apiVersion,
      kind,
      metadata: {
        name,
        labels: { ...ours(labels), [ARCHIVED_LABEL]: 'true' },
        annotations: ours(annotations),
      },
    });
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(
        { method: 'apply of', path: `Namespace ${name}` },
        response,
      );
    }
    this.#removal.kept.push(
      `Namespace ${name} with its volumes, and the entry in Vault, as asked`,
    );
  }

  async #verify(
    names: TenantNames,
    namespace: KubernetesObject | undefined,
  ): Promise<void> {
    const { vault, kubernetes, config } = this.cluster;
    const left: string[] = [];
    for (const path of [
      `sys/policies/acl/${ownPolicy(this.tenant.name)}`,
      `auth/${config.vault.authMount}/role/${names.vaultRole}`,
    ]) {
      if (await vault.read(path)) {
        left.push(`Vault ${path}`);
      }
    }
    const live = namespace && (await kubernetes.get(this.#namespaceRef()));
    if (live) {
      left.push(`Namespace ${names.namespace}: it was created again`);
    }
    if (left.length > 0) {
      throw new ServiceUnavailableError(
        `Still there: ${left.join(', ')}. Run this again: it resumes`,
      );
    }
  }
}

/**
 * Takes a tenant away, in an order that never leaves it open: pods first, then
 * what lets it into Vault, then what it kept there, then the namespace with its
 * walls. Running it again resumes.
 *
 * @throws InputError where the name typed again is another
 * @throws ServiceUnavailableError where something does not go, with what holds it
 * or makes it again
 * @public
 */
export async function removeTenant(
  tenant: { name: string; names: TenantNames },
  cluster: Cluster,
  options: RemoveTenantOptions,
): Promise<Removal> {
  const { name } = tenant;
  if (options.confirm !== name) {
    throw new InputError(
      `To remove tenant ${name}, type its name again: ${
        options.confirm || 'nothing'
      } is another`,
    );
  }
  return new TenantRemoval(tenant, cluster, options).run();
}

interface Volume {
  claim: string;
  name?: string;
  policy?: string;
}

/** Such as `StatefulSet other`. */
function controllerOf(metadata: Listed['metadata']): string | undefined {
  const owner = metadata.ownerReferences?.find((o: any) => o.controller);
  return owner && `${owner.kind} ${owner.name}`;
}

/** With what holds each: finalizers, conditions, and who makes it again. */
function stillThere(
  kind: ObjectRef['kind'],
  where: string,
  timeoutMs: number,
  left: Listed[],
): Error {
  const items = left.map(({ metadata, status }) => {
    const said = [
      metadata.finalizers?.length && `held by ${metadata.finalizers}`,
      controllerOf(metadata) && `made by ${controllerOf(metadata)}`,
      ...(kind === 'Namespace' ? status?.conditions ?? [] : [])
        .filter((c: any) => c.status === 'True')
        .map((c: any) => c.message),
    ].filter(Boolean);
    return `${metadata.name}${said.length ? ` (${said.join('; ')})` : ''}`;
  });
  return new ServiceUnavailableError(
    `Waited ${
      timeoutMs / 1000
    } s for ${kind} in ${where} to go; still there: ${items.join(
      ', ',
    )}. Run this again: it resumes`,
  );
}
