import {
  ApplyCount,
  ApplyRequest,
  isProofOnly,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  AppliedResources,
  applyPlan,
  ApplyResult,
  asApplied,
  checkAdoption,
  checkCapacity,
  Clusters,
  n8nUrl,
  Platform,
  planTenant,
  Stage,
} from '@threewalls/backstage-plugin-tenants-node';
import pLimit from 'p-limit';
import { OperationStore } from '../database/OperationStore';
import { KnownTenant, StoredOperation } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { describeChanges } from './changes';
import { checkName, checkOurs } from './claims';
import { Executor, persist } from './OperationRunner';

/** Milliseconds by which the clocks of a cluster and of the database may differ. */
const SKEW_MS = 60_000;

/** What a change of a tenant works with. */
export interface ChangeOptions {
  platform: Platform;
  clusters: Clusters;
  store: TenantStore;
  operations: OperationStore;
  onChanged(name: string): Promise<void>;
}

/**
 * Makes a tenant what its operation says. The namespace's UID goes into the records
 * before anything else is made, and what was sent as it is sent: an apply that was
 * cut off goes on where it was.
 */
export function applyExecutor(options: ChangeOptions): Executor {
  const { platform, clusters, store, operations, onChanged } = options;
  return async ({ operation, signal, event, written }) => {
    const { request } = operation;
    if (request.kind !== 'apply' || !request.spec) {
      throw new Error('This operation says nothing to apply');
    }
    const asked = request.spec as TenantSpec;
    const existing = await store.find(asked.name);
    checkOurs(asked.name, platform, existing);
    const spec = specNow(operation, asked, existing);
    if (!spec) {
      const error = `Tenant ${asked.name} was removed: there is nothing to apply`;
      return { state: 'cancelled', error };
    }
    checkName(spec, existing);
    const today = planTenant(spec, platform);
    const cluster = clusters.get(spec.cluster);
    const known = existing ?? (await archivedOf(spec, store));
    let uid = known?.uid;
    const before = uid ? await store.applied(uid) : {};
    // What restores itself becomes nothing new by it.
    const plan = request.restores ? asApplied(today, before) : today;
    if (!request.restores) {
      const ordered = await operations.appliedBefore(operation);
      await checkCapacity(plan, cluster, { signal, ordered });
    }
    if (request.from) {
      await checkAdoption(request.from, plan, cluster, { signal });
    }
    for (const change of request.restores ?? []) {
      event({ message: `changed    ${describeChanges([change])}` });
    }
    let sent: Partial<AppliedResources> = {};
    let recorded = sent;
    const oneAtATime = pLimit(1);
    const remember = () =>
      oneAtATime(async () => {
        const batch = sent;
        if (batch !== recorded) {
          await store.addApplied(uid!, batch);
          recorded = batch;
        }
      });
    try {
      const results = await applyPlan(plan, cluster, {
        stages: request.stages as Stage[] | undefined,
        // Its volume is in a namespace that is not the portal's yet.
        adopt: request.adopt || request.from !== undefined,
        beginAnew: request.beginAnew,
        signal,
        applied: before,
        uid: known?.uid ?? '',
        madeIn: await operations.unheard(operation, SKEW_MS),
        formerUid: existing?.uid,
        seeding: known?.seeding,
        seed: { ownerPasswordHash: operation.secret },
        onSeeding: () => store.note(uid!, { seeding: true }),
        onMaking: async () => {
          const resource = `Namespace ${plan.names.namespace}`;
          const message = `waiting    ${resource}`;
          event({ message, stage: 'namespace', resource, result: 'waiting' });
          await written();
        },
        onNamespace: async found => {
          uid = found;
          await store.remember(
            {
              uid,
              name: spec.name,
              cluster: spec.cluster,
              namespace: plan.names.namespace,
              owner: spec.owner,
              spec,
            },
            existing?.uid,
          );
          await operations.update(operation, { uid });
          await onChanged(spec.name);
        },
        onApplied: (applied, object) => {
          sent = { ...sent, ...applied };
          if (existing) {
            // Should this replica die, the tenant is compared with what was sent.
            remember().catch(() => {});
          }
          const { loginServiceAccount } = plan.names;
          if (
            object?.kind === 'ServiceAccount' &&
            object.metadata.name === loginServiceAccount
          ) {
            const accountUid = String(object.metadata.uid);
            persist(() => store.note(uid!, { accountUid })).catch(() => {});
          }
        },
        onWait: what =>
          event({ message: `waiting    ${what}`, result: 'waiting' }),
        onResult: result => event(eventOf(result)),
      });
      return {
        state: 'succeeded',
        result: {
          ...countOf(results),
          namespace: plan.names.namespace,
          url: n8nUrl(spec, cluster.config),
        },
      };
    } finally {
      await persist(remember);
      await onChanged(spec.name);
    }
  };
}

/**
 * What an apply is to make of its tenant. Whoever has it restored, healed, resized or
 * rolled out means the tenant as it is by then: what was ordered before that stays,
 * and one that was removed stays away.
 *
 * @returns `undefined` where it is none any more
 */
function specNow(
  { uid, request, rolloutId }: StoredOperation,
  asked: TenantSpec,
  existing: KnownTenant | undefined,
): TenantSpec | undefined {
  const { purpose, restores } = request as ApplyRequest;
  const isOrder = !purpose && !restores && !rolloutId;
  const isThere =
    existing?.owner === asked.owner && existing.cluster === asked.cluster;
  if (isOrder || !isThere) {
    return isOrder || !uid ? asked : undefined;
  }
  return purpose === 'resize'
    ? { ...existing.spec, size: asked.size }
    : existing.spec;
}

/** The tenant of that name and owner whose data was kept when it was removed. */
async function archivedOf(spec: TenantSpec, store: TenantStore) {
  const removed = await store.findRemoved(spec);
  // What was only proved was never the portal's.
  return removed && !isProofOnly(removed.spec) ? removed : undefined;
}

function eventOf({ stage, id, result, ms }: ApplyResult) {
  return {
    message: `${result.padEnd(9)}  ${id}  ${ms} ms`,
    stage,
    resource: id,
    result,
    ms,
  };
}

function countOf(results: ApplyResult[]): ApplyCount {
  const count = { created: 0, updated: 0, unchanged: 0 };
  for (const { result } of results) {
    if (result !== 'ready') {
      count[result === 'removed' ? 'updated' : result]++;
    }
  }
  return count;
}
