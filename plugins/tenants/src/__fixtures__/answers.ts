import { NotFoundError } from '@backstage/errors';
import {
  Page,
  ProofSummary,
  Receipt,
  Rollout,
  Tenant,
  TenantsApi,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { drift, matrixOf } from './matrix';
import { platform, previewOfNew, previewOfResize, usage } from './platform';
import { breachedReceipts, inconclusive, receipts } from './receipts';
import {
  minutesAgo,
  operationsOf,
  proofOf,
  proofs,
  tenants,
  timelineOfProofs,
} from './tenants';

/** A page of a list; all of it where no page is asked for. */
export function pageOf<T>(
  items: T[],
  request: { limit?: number; offset?: number } = {},
): Page<T> {
  const { limit = items.length, offset = 0 } = request;
  return {
    items: items.slice(offset, offset + limit),
    totalItems: items.length,
  };
}

/** Receipts from which a tenant's network wall has the status. */
const RECEIPTS: Record<WallStatus, (startedAt: string) => Receipt[]> = {
  holds: receipts,
  breached: breachedReceipts,
  unproven: startedAt => [
    ...receipts(startedAt).slice(1),
    {
      ...inconclusive(startedAt),
      check: 'net.own-service',
      wall: 'network',
    },
  ],
};

/**
 * What a backend answers that has these tenants: the start of the tests' mocks and
 * of the backend in `dev`.
 *
 * @param all - the tenants by name; what is said of one changes it here
 * @param historyOf - a tenant's proofs, the newest first
 */
export function answersOf(
  all: Record<string, Tenant> = { ...tenants },
  historyOf = ({ lastProof }: Tenant): ProofSummary[] =>
    lastProof ? [lastProof] : [],
): TenantsApi {
  const found = (name: string) => {
    if (!all[name]) {
      throw Object.assign(new NotFoundError(`There is no tenant ${name}`), {
        statusCode: 404,
      });
    }
    return all[name];
  };
  const changed = (name: string, changes: Partial<Tenant>) => {
    all[name] = { ...found(name), ...changes };
    return all[name];
  };
  const rollout: Rollout = {
    id: 'r1',
    state: 'running',
    request: { kind: 'apply', filter: {} },
    waves: [['globex'], ['hooli']],
    wave: 0,
    done: 1,
    total: 2,
    createdAt: minutesAgo(3),
  };
  return {
    listTenants: async page => pageOf(Object.values(all), page),
    getTenant: async name => found(name),
    listProofs: async (name, page) => pageOf(historyOf(found(name)), page),
    async getProof(name, id) {
      if (proofs[name]?.id === id) {
        return proofs[name];
      }
      const { walls, lastProof } = found(name);
      const status = lastProof?.id === id ? walls[0].status : 'holds';
      return proofOf(name, {
        id,
        verdicts: [{ status }],
        receipts: RECEIPTS[status](minutesAgo(3)),
      });
    },
    async listTimelines({ names = Object.keys(all), from, breakMs }) {
      const windowMs = Date.now() - Date.parse(from);
      const known = names.filter(name => all[name]);
      return pageOf(
        known.map(name =>
          timelineOfProofs(all[name], historyOf(all[name]), {
            windowMs,
            breakMs,
          }),
        ),
      );
    },
    async getMatrix({ tenant, limit, offset, targetsOffset } = {}) {
      const names = Object.keys(all);
      const shown = pageOf(names, { limit, offset }).items;
      const targets = pageOf(names, {
        limit,
        offset: targetsOffset ?? offset,
      }).items;
      const matrix = matrixOf(shown, targets, names.length);
      return {
        ...matrix,
        cells: matrix.cells.filter(
          cell => !tenant || [cell.tenant, cell.neighbour].includes(tenant),
        ),
      };
    },
    getDrift: async name => ({ items: name === 'globex' ? drift : [] }),
    getUsage: async () => usage,
    previewTenant: async ({ name }) =>
      all[name] ? previewOfResize(name) : previewOfNew(name),
    getPlatform: async () => platform,
    getHealth: async () => ({ status: 'ok', problems: [], warnings: [] }),
    getReport: async name =>
      JSON.stringify({ tenant: { name }, versions: { vault: '1.21.4' } }),
    listOperations: async (name, page) => pageOf(operationsOf(name), page),
    getOperation: async name => operationsOf(name)[1],
    listOperationEvents: async () => ({ items: [] }),
    startOperation: async name => ({
      ...operationsOf(name)[1],
      state: 'queued',
    }),
    cancelOperation: async name => operationsOf(name)[1],
    acknowledge: async (name, { reason }) =>
      changed(name, {
        acknowledged: {
          at: minutesAgo(1),
          by: 'user:default/jane',
          reason,
          walls: found(name).walls.map(({ wall }) => wall),
        },
      }),
    mute: async (name, mute) =>
      changed(name, {
        muted: { at: minutesAgo(1), by: 'user:default/jane', ...mute },
      }),
    unmute: async name => changed(name, { muted: undefined }),
    startRollout: async () => rollout,
    listRollouts: async () => pageOf<Rollout>([]),
    getRollout: async () => rollout,
    updateRollout: async (_, state) => ({ ...rollout, state }),
    listRemoved: async () => pageOf([]),
    listUnmanaged: async () => ({ items: [] }),
  };
}
