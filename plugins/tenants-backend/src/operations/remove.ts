import { ConflictError } from '@backstage/errors';
import {
  OperationEvent,
  RemovalCertificate,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  portalBinding,
  Removal,
  RemovalEntry,
  removeTenant,
  TenantNames,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { KnownTenant } from '../database/rows';
import { ChangeOptions } from './apply';
import { checkOurs } from './claims';
import { Executor, persist } from './OperationRunner';

/** Removes a tenant, and writes down what there was, what is gone, what was kept. */
export function removeExecutor(options: ChangeOptions): Executor {
  const { platform, clusters, store, operations, onChanged } = options;
  return async ({ operation, signal, event, written }) => {
    const { tenant: name, request, requestedBy } = operation;
    const known = await store.find(name);
    if (request.kind !== 'remove' || !known || known.uid !== operation.uid) {
      throw new Error(
        `Tenant ${name} is not there any more, or has been created again since`,
      );
    }
    checkOurs(name, platform, known);
    const { uid, owner, namespace } = known;
    const { ifMadeBy } = request;
    if (
      ifMadeBy !== undefined &&
      !(await operations.isMadeBy(ifMadeBy, { tenant: name, uid }))
    ) {
      throw new Error(
        `Tenant ${name} was asked for by others too: it is left alone`,
      );
    }
    const names = tenantNames(name, owner, platform);
    const fromCluster = async (): Promise<Removal> => {
      const cluster = clusters.get(known.cluster);
      return removeTenant({ name, names }, cluster, {
        confirm: request.confirm,
        keepData: request.keepData,
        uid,
        applied: await store.applied(uid),
        seeding: known.seeding,
        accountUid: known.accountUid,
        binding: portalBinding({
          spec: { name, owner },
          names,
          cluster: cluster.config,
        }),
        signal,
        before: (await operations.removing(uid)).flatMap(toEntry),
        onEntry: async ({ result, what, ms }) => {
          const took = ms === undefined ? '' : `  ${ms} ms`;
          const message = `${result}  ${what}${took}`;
          event({ message, resource: what, result, ms });
          await written();
        },
      });
    };
    try {
      const removal = request.recordsOnly
        ? notLookedAt(known, names)
        : await fromCluster();
      for (const kept of removal.kept) {
        event({ message: `kept  ${kept}` });
      }
      const certificate: RemovalCertificate = {
        tenant: name,
        uid,
        cluster: known.cluster,
        namespace,
        owner,
        ...(requestedBy && { requestedBy }),
        removedAt: new Date().toISOString(),
        ...removal,
      };
      // Both or none: a tenant is gone when its certificate is there.
      await persist(() =>
        store.remove(uid, async trx => {
          const end = { state: 'succeeded', result: certificate } as const;
          if (!(await operations.finish(operation, end, trx))) {
            throw new ConflictError(
              'Another replica has taken this removal over, and certifies it',
            );
          }
        }),
      );
      return undefined;
    } finally {
      await onChanged(name);
    }
  };
}

/** What there may be still where only the records were ended. */
function notLookedAt(
  { cluster, uid }: KnownTenant,
  { namespace, vaultRole, vaultPolicy, kvPath }: TenantNames,
): Removal {
  return {
    steps: [],
    removed: [],
    kept: [
      `Cluster ${cluster} was not looked at: Namespace ${namespace} (UID ${uid}) with all that is in it, and the volumes of its claims`,
      `Vault was not looked at: role ${vaultRole}, policy ${vaultPolicy}, the entity of who logged in by it, and the KV entry ${kvPath}`,
    ],
  };
}

function toEntry({ result, resource, ms }: OperationEvent): RemovalEntry[] {
  const isEntry =
    result === 'found' || result === 'removed' || result === 'done';
  return isEntry && resource ? [{ result, what: resource, ms }] : [];
}
