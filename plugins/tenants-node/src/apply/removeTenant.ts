import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { Cluster, KubernetesError, VaultError } from '../clients';
import { objectPath, refOf } from '../clients/kinds';
import { Listed, until } from '../clients/until';
import { ARCHIVED_LABEL, ownPolicy } from '../plan/names';
import { KubernetesObject, TenantNames } from '../plan/types';
import { checkOwnership, isOwnInVault, Ownership } from './ownership';
import { entryNamespace } from './seed';

/**
 * What a removal has found or removed, or a step of it that is done. By these one
 * that was cut off goes on, and its certificate says all that was done.
 *
 * @public
 */
export interface RemovalEntry {
  result: 'found' | 'removed' | 'done';
  /** Such as `Vault role tenant-acme` or `The namespace is gone` */
  what: string;
  /** Milliseconds that a step took */
  ms?: number;
}

/**
 * What a removal did.
 *
 * @public
 */
export interface Removal {
  steps: { step: string; ms: number }[];
  /** What was there and is gone, such as `Vault role tenant-acme` */
  removed: string[];
  /** What is still there, and why */
  kept: string[];
}

/** @public */
export interface RemoveTenantOptions
  extends Partial<Pick<Ownership, 'adopt' | 'applied'>> {
  /** The tenant's name, typed again */
  confirm: string;
  /** Keep the namespace with its volumes and the KV entry */
  keepData?: boolean;
  /** UID of its namespace: another of that name is not touched */
  uid?: string;
  /** Whether the records say that its entry in Vault was about to be written */
  seeding?: boolean;
  /** UID of the ServiceAccount that logs in, for where the namespace is gone already */
  accountUid?: string;
  /** The portal's RoleBinding in the namespace, made again where it is missing */
  binding?: KubernetesObject;
  signal?: AbortSignal;
  /** What was written down before, where a removal was cut off */
  before?: RemovalEntry[];
  /** Has to write it down: nothing is removed before that is known */
  onEntry?: (entry: RemovalEntry) => Promise<void>;
}

/** Milliseconds for pods to end, for the namespace to go, and for its volumes. */
const PODS_MS = 90_000;
const NAMESPACE_MS = 120_000;
const VOLUMES_MS = 30_000;
const VOLUMES = { apiVersion: 'v1', kind: 'PersistentVolume' };
/** Times that an object comes back before it is said who makes it again. */
const RETURNS = 3;
/** Milliseconds that the API server may take to know of a RoleBinding. */
const BINDING_MS = 5_000;
/** Milliseconds in which a controller would make again what was deleted. */
const RETURN_MS = 3_000;

class TenantRemoval {
  /** Milliseconds, by step */
  readonly #steps = new Map<string, number>();
  readonly #removed = new Set<string>();
  readonly #kept: string[] = [];
  /** Volumes of the tenant's claims */
  readonly #volumes = new Set<string>();
  /** Paths in Vault where there is something of somebody else's */
  readonly #theirs = new Set<string>();
  /** Whether another namespace has its name */
  #isReplaced = false;

  constructor(
    private readonly tenant: { name: string; names: TenantNames },
    private readonly cluster: Cluster,
    private readonly options: RemoveTenantOptions,
  ) {
    options.before?.forEach(entry => this.#note(entry));
  }

  async run(): Promise<Removal> {
    await this.#remove();
    return {
      steps: [...this.#steps].map(([step, ms]) => ({ step, ms })),
      removed: [...this.#removed],
      kept: this.#kept,
    };
  }

  #note({ result, what, ms = 0 }: RemovalEntry): void {
    if (result === 'done') {
      this.#steps.set(what, ms);
    } else {
      (result === 'found' ? this.#volumes : this.#removed).add(what);
    }
  }

  /** Once it is written down, whatever becomes of this process. */
  async #write(entry: RemovalEntry): Promise<void> {
    this.#note(entry);
    await this.options.onEntry?.(entry);
  }

  async #remove(): Promise<void> {
    const { names } = this.tenant;
    const { keepData } = this.options;
    const namespace = await this.#findNamespace();
    await this.#findVolumes();
    // Of one that is on its way out the portal's RoleBinding may be gone already,
    // and all that comes before was done.
    const isPresent = namespace && !namespace.metadata.deletionTimestamp;
    if (keepData && !isPresent) {
      throw new ConflictError(
        `Namespace ${names.namespace} ${
          namespace ? 'is being deleted' : 'is gone'
        }, and its volumes with it: there is no data to keep. Nothing was changed. Remove the tenant with its data`,
      );
    }
    if (isPresent) {
      await this.#ensureAccess();
      // While the policies that hold them still stand.
      await this.#step('No pod is left', async () => {
        await this.#removeAll('apps/v1', 'Deployment');
        await this.#removeAll('v1', 'Pod');
      });
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
    if (keepData && namespace) {
      await this.#step(
        'The namespace is archived, volumes and KV entry are kept',
        () => this.#archive(namespace),
      );
      return;
    }
    await this.#step('The KV entry is destroyed', () =>
      this.#removeEntry(namespace),
    );
    await this.#step('The namespace is gone', () =>
      this.#removeNamespace(namespace),
    );
    await this.#step('Volumes are gone, or named', () => this.#followVolumes());
    await this.#step('Nothing else is left', () =>
      this.#verify(names, namespace),
    );
  }

  async #step(step: string, run: () => Promise<void>): Promise<void> {
    this.options.signal?.throwIfAborted();
    const startedAt = performance.now();
    await run();
    const ms = Math.round(performance.now() - startedAt);
    await this.#write({ result: 'done', what: step, ms });
  }

  async #findNamespace(): Promise<KubernetesObject | undefined> {
    const { uid } = this.options;
    const namespace = await this.cluster.kubernetes.get(this.#namespaceRef());
    if (!namespace) {
      return undefined;
    }
    if (uid !== undefined && namespace.metadata.uid !== uid) {
      this.#isReplaced = true;
      this.#kept.push(
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
    if (await kubernetes.get(refOf(binding))) {
      return;
    }
    const response = await kubernetes.apply(binding);
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(
        {
          method: 'apply of',
          path: `${binding.kind} ${binding.metadata.name}`,
        },
        response,
      );
    }
    const deadline = Date.now() + BINDING_MS;
    const { namespace } = binding.metadata;
    const path = objectPath({ apiVersion: 'v1', kind: 'Pod', namespace });
    const isRefused = async () =>
      (await kubernetes.request({ method: 'GET', path })).status === 403;
    while ((await isRefused()) && Date.now() < deadline) {
      await sleep(100, undefined, { signal: this.options.signal });
    }
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
            await this.#write({ result: 'removed', what: `${kind} ${name}` });
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
    await this.#deleteOwn(
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
        await this.#write({ result: 'removed', what: `Vault entity ${id}` });
        await vault.expect('POST', `identity/entity/id/${id}`, {
          disabled: true,
        });
        await vault.expect('DELETE', `identity/entity/id/${id}`);
      }
    }
    // Never the fixed one, which is every tenant's.
    const policy = ownPolicy(name);
    await this.#deleteOwn(
      `Vault policy ${policy}`,
      `sys/policies/acl/${policy}`,
    );
  }

  /** An order that was refused for what is there has left it to whose it is; so does this. */
  async #deleteOwn(what: string, path: string): Promise<void> {
    const { adopt, applied } = this.options;
    const live = await this.cluster.vault.read(path);
    if (!live) {
      return;
    }
    if (adopt || isOwnInVault(what, live, this.tenant.names, applied)) {
      await this.#delete(what, path);
    } else {
      this.#keep(path, `${what} is not this tenant's`);
    }
  }

  /** Deletes an object in Vault that is there, and notes it. */
  async #delete(what: string, path: string): Promise<void> {
    await this.#write({ result: 'removed', what });
    await this.cluster.vault.expect('DELETE', path);
  }

  #keep(path: string, what: string): void {
    this.#theirs.add(path);
    this.#kept.push(
      `${what}: it was not touched. If nobody needs it, have an administrator of Vault delete ${path}`,
    );
  }

  async #removeEntry(namespace: KubernetesObject | undefined): Promise<void> {
    const { vault, config } = this.cluster;
    const { kvPath } = this.tenant.names;
    const { adopt, seeding, uid = namespace?.metadata.uid } = this.options;
    const path = `${config.vault.kvMount}/metadata/${kvPath}`;
    const what = `Vault KV ${config.vault.kvMount}/${kvPath}`;
    const metadata = await vault.read(path);
    const marked = entryNamespace(metadata);
    if (!metadata) {
      return;
    }
    // Without a UID there are no records either: then a mark of ours is this tenant's.
    const isOwn = marked ? marked === (uid ?? marked) : seeding;
    if (adopt || isOwn) {
      await this.#delete(what, path);
    } else {
      this.#keep(
        path,
        marked
          ? `${what} is of another namespace (UID ${marked})`
          : `${what} is not marked as this tenant's`,
      );
    }
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
    const what = `Namespace ${name} (UID ${uid})`;
    await this.#write({ result: 'removed', what });
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
  }

  /** By their claims' namespace, which they name as long as there is one of them. */
  async #findVolumes(): Promise<void> {
    const { namespace } = this.tenant.names;
    try {
      const { items } = await this.cluster.kubernetes.list<any>(VOLUMES);
      for (const { metadata, spec, status } of items) {
        const isOurs =
          spec?.claimRef?.namespace === namespace &&
          // One that is bound is of the namespace that is in this one's place.
          !(this.#isReplaced && status?.phase === 'Bound');
        const what = `PersistentVolume ${metadata.name} of claim ${spec?.claimRef?.name}`;
        if (isOurs && !this.#volumes.has(what)) {
          await this.#write({ result: 'found', what });
        }
      }
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 403) {
        throw error;
      }
      this.#kept.push(
        `PersistentVolumes of claims in ${namespace}, if any is retained: the portal may not list them`,
      );
    }
  }

  /** A volume that outlives its claim holds n8n's database, and its key in clear. */
  async #followVolumes(): Promise<void> {
    const deadline = Date.now() + VOLUMES_MS;
    for (const what of this.#volumes) {
      let volume = await this.#readVolume(what);
      const policy = () => volume.spec.persistentVolumeReclaimPolicy;
      while (volume && policy() === 'Delete' && Date.now() < deadline) {
        await sleep(500, undefined, { signal: this.options.signal });
        volume = await this.#readVolume(what);
      }
      if (volume) {
        this.#kept.push(
          `${what}: its reclaim policy is ${policy()}, its phase ${
            volume.status?.phase
          }. It holds n8n's database and its encryption key in clear: have an administrator delete it`,
        );
      } else {
        await this.#write({ result: 'removed', what });
      }
    }
  }

  /** `undefined` also where another has taken its name since. */
  async #readVolume(what: string): Promise<any | undefined> {
    const [, name] = what.split(' ');
    const ref = { ...VOLUMES, name };
    const volume = await this.cluster.kubernetes.get<any>(ref);
    const { namespace } = this.tenant.names;
    return volume?.spec?.claimRef?.namespace === namespace ? volume : undefined;
  }

  /**
   * Labels the namespace as archived by an apply of our own, so that the next apply
   * of the tenant's plan, which has no such label, takes it off again.
   */
  async #archive(namespace: KubernetesObject): Promise<void> {
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
    this.#kept.push(
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
      if (!this.#theirs.has(path) && (await vault.read(path))) {
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

/** Such as `StatefulSet other`. */
function controllerOf(metadata: Listed['metadata']): string | undefined {
  const owner = metadata.ownerReferences?.find((o: any) => o.controller);
  return owner && `${owner.kind} ${owner.name}`;
}

/** With what holds each: finalizers, conditions, and who makes it again. */
function stillThere(
  kind: string,
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
