import { isDeepStrictEqual } from 'node:util';
import {
  AuditorService,
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ApplyRequest,
  OperationRequest,
  StartOperationOptions,
  TENANT_ANNOTATION,
  tenantAdministerPermission,
  tenantCreatePermission,
  tenantProvePermission,
  tenantRemovePermission,
  tenantResizePermission,
  tenantRestorePermission,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  hashPassword,
  Platform,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  NewOperation,
  OperationStore,
  Queued,
} from '../database/OperationStore';
import { KnownTenant, StoredOperation } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { Inventory } from '../inventory/Inventory';
import { TenantAuthorizer } from '../permissions/TenantAuthorizer';
import { parseSpec, withDefaults } from '../requests';
import { audited } from '../services/audited';
import { checkName, checkOurs } from './claims';
import { TooManyProofsError } from './TooManyProofsError';
import { OperationRunner } from './OperationRunner';

/** Proofs of one tenant that may be asked for, in so many milliseconds. */
const ASKED = {
  count: 10,
  kind: 'prove' as const,
  triggers: ['user' as const, 'task' as const],
  withinMs: 10 * 60_000,
};

/** Permission that each kind takes of who cancels it; an apply's is as it is made. */
const PERMISSIONS = {
  apply: tenantResizePermission,
  remove: tenantRemovePermission,
  prove: tenantProvePermission,
};

export interface OperationsOptions {
  platform: Platform;
  store: TenantStore;
  operations: OperationStore;
  inventory: Inventory;
  authorizer: TenantAuthorizer;
  runner: OperationRunner;
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
  onMoved(operation: StoredOperation): Promise<void>;
}

/**
 * The one door to everything that changes or proves a tenant: whoever asks is
 * authorised here, once, and the operation goes into the queue.
 */
export class Operations {
  constructor(private readonly options: OperationsOptions) {}

  /**
   * Starts an operation, or joins an equal one that has not ended.
   *
   * @throws InputError, NotAllowedError, NotFoundError, ConflictError: nothing was
   * queued then
   */
  async start(
    name: string,
    request: OperationRequest & StartOperationOptions,
    credentials: BackstageCredentials,
  ): Promise<Queued> {
    const { auditor } = this.options;
    const { ownerPassword, trigger = 'user', task, ...asked } = request;
    return audited(
      auditor,
      {
        eventId: 'operation',
        severityLevel: asked.kind === 'remove' ? 'high' : 'medium',
        meta: { tenant: name, kind: asked.kind, trigger },
      },
      async () =>
        this.enqueue({
          ...(await this.#authorized(name, asked, credentials)),
          tenant: name,
          trigger,
          task,
          requestedBy: principalOf(credentials),
          ...(ownerPassword && { secret: await hashPassword(ownerPassword) }),
        }),
      ({ operation, joined }) => ({ operationId: operation.id, joined }),
    );
  }

  /** Queues an operation that needs no leave: the schedule's, a roll-out's. */
  async enqueue(wanted: NewOperation): Promise<Queued> {
    const { operations, runner, onMoved } = this.options;
    const queued = await operations.enqueue(wanted);
    if (!queued.joined) {
      await onMoved(queued.operation);
    }
    if (wanted.request.kind !== 'prove') {
      runner.overtake(wanted.tenant);
    }
    runner.pumpSoon();
    return queued;
  }

  /** Gives an operation up, for who could have started it; for a task only what is its alone. */
  async cancel(
    name: string,
    { id, task }: { id: string; task?: string },
    credentials: BackstageCredentials,
  ): Promise<StoredOperation> {
    const { operations, authorizer, runner, auditor, onMoved } = this.options;
    const operation = await operations.get(id);
    if (!operation || operation.tenant !== name) {
      throw new NotFoundError(`There is no operation ${id} of tenant ${name}`);
    }
    const { kind } = operation.request;
    return audited(
      auditor,
      {
        eventId: 'operation-cancel',
        severityLevel: 'medium',
        meta: { tenant: name, kind, operationId: id },
      },
      async () => {
        if (operation.requestedBy !== principalOf(credentials)) {
          await authorizer.checkChange(credentials, PERMISSIONS[kind], {
            name,
            owner: operation.owner,
          });
        }
        const cancelled = (await operations.cancel(id, task))!;
        runner.abort(id);
        await onMoved(cancelled);
        return cancelled;
      },
    );
  }

  /**
   * The spec that an apply means, and whether one may have it: what a preview is
   * made of, too.
   *
   * @throws InputError for a bad spec, with the field; NotAllowedError
   */
  async authorizedSpec(
    name: string,
    request: ApplyRequest,
    credentials: BackstageCredentials,
  ): Promise<{ spec: TenantSpec; existing?: KnownTenant }> {
    const { platform, store, authorizer } = this.options;
    const existing = await store.find(name);
    checkOurs(name, platform, existing);
    const spec = await this.#specOf(name, request, existing);
    // Says why it can't be a tenant of this platform.
    planTenant(spec, platform);
    if (request.from && request.beginAnew) {
      throw new InputError(
        'beginAnew: a hand-made n8n is adopted with the key that it has',
      );
    }
    if (request.adopt || request.from || request.beginAnew) {
      await authorizer.check(credentials, tenantAdministerPermission, spec);
    }
    checkName(spec, existing);
    const isSame = !existing || isDeepStrictEqual(spec, existing.spec);
    if (request.spec && isSame) {
      const { owner } = spec;
      await authorizer.checkOrder(credentials, tenantCreatePermission, owner);
    } else if (existing) {
      const permission =
        request.spec || request.size
          ? tenantResizePermission
          : tenantRestorePermission;
      await authorizer.checkChange(credentials, permission, existing);
    }
    if (!existing) {
      await this.#checkCatalog(name);
    }
    return { spec, existing };
  }

  async #authorized(
    name: string,
    request: OperationRequest,
    credentials: BackstageCredentials,
  ): Promise<Pick<NewOperation, 'cluster' | 'owner' | 'uid' | 'request'>> {
    const { authorizer, inventory } = this.options;
    if (request.kind === 'apply') {
      const { spec, existing } = await this.authorizedSpec(
        name,
        request,
        credentials,
      );
      const { cluster, owner } = spec;
      const { size, ...rest } = request;
      const purpose = size ? 'resize' : 'restore';
      return {
        cluster,
        owner,
        uid: existing?.uid,
        // Whatever was left out then is said now: it means the same later.
        request: { ...rest, spec, ...(!rest.spec && { purpose }) },
      };
    }
    const tenant = await inventory.get(name);
    const { cluster, owner, uid } = tenant;
    if (request.kind === 'remove') {
      if (request.recordsOnly) {
        await authorizer.check(credentials, tenantAdministerPermission, tenant);
        if (tenant.lost === undefined) {
          throw new ConflictError(
            `Tenant ${name} is not lost: remove it with all that it has`,
          );
        }
      } else {
        await authorizer.checkChange(
          credentials,
          tenantRemovePermission,
          tenant,
        );
      }
      checkOurs(name, this.options.platform, tenant);
      if (request.confirm !== name) {
        throw new InputError(
          `To remove tenant ${name}, type its name again; nothing was changed`,
        );
      }
    } else {
      await authorizer.check(credentials, tenantProvePermission, tenant);
      if (tenant.phase === 'removing') {
        throw new ConflictError(`Tenant ${name} is being removed`);
      }
      await this.#checkRate(name, uid);
    }
    return { cluster, owner, uid, request };
  }

  /** Each round takes a neighbour along, and its place from somebody else's. */
  async #checkRate(name: string, uid: string): Promise<void> {
    const asked = await this.options.operations.asked(uid, ASKED);
    if (asked.count >= ASKED.count) {
      throw new TooManyProofsError(name, { ...ASKED, ...asked });
    }
  }

  async #specOf(
    name: string,
    { spec, size, adopt }: ApplyRequest,
    existing: KnownTenant | undefined,
  ): Promise<TenantSpec> {
    const { platform, inventory } = this.options;
    if (spec && size) {
      throw new InputError(
        'size: a spec has its own, so leave one of them out',
      );
    }
    if (spec) {
      const parsed = parseSpec(withDefaults(spec, platform));
      if (parsed.name !== name) {
        throw new InputError(`name: ${parsed.name} is not ${name}`);
      }
      return parsed;
    }
    const known = existing ?? (adopt && (await inventory.claimOf(name)));
    if (!known) {
      throw new NotFoundError(`There is no tenant ${name}`);
    }
    return size ? { ...known.spec, size } : known.spec;
  }

  /** An entity of that name would hide the tenant's own. */
  async #checkCatalog(name: string): Promise<void> {
    const { auth, catalog } = this.options;
    const ref = `resource:default/${name}`;
    const entity = await catalog.getEntityByRef(ref, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    if (entity && entity.metadata.annotations?.[TENANT_ANNOTATION] !== name) {
      throw new InputError(
        `name: the catalog has a ${ref} already, which is no tenant: choose another name`,
      );
    }
  }
}

/** Entity ref of a user, subject of a service. */
export function principalOf(
  credentials: BackstageCredentials,
): string | undefined {
  const principal = credentials.principal as {
    userEntityRef?: string;
    subject?: string;
  };
  return principal.userEntityRef ?? principal.subject;
}
