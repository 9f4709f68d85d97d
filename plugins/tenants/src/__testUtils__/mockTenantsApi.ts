import { createApiMock } from '@backstage/frontend-test-utils';
import { tenantsApiRef } from '../api';
import {
  platform,
  proofs,
  summaryOf,
  tenants,
  timelineOfProofs,
  usage,
} from '../__fixtures__';

const summariesOf = (name: string) =>
  proofs[name] ? [summaryOf(proofs[name])] : [];

/**
 * The API of the backend, of which a test says what it answers. It offers the
 * platform and the usage of the fixtures, and reaches its cluster.
 */
export const mockTenantsApi = createApiMock(tenantsApiRef, () => ({
  listTenants: jest.fn(),
  getTenant: jest.fn(),
  listProofs: jest.fn(async name => {
    const items = summariesOf(name);
    return { items, totalItems: items.length };
  }),
  getProof: jest.fn(),
  getMatrix: jest.fn(),
  getDrift: jest.fn(),
  getUsage: jest.fn(async _ => usage),
  previewTenant: jest.fn(),
  getPlatform: jest.fn(async () => platform),
  getHealth: jest.fn(async () => ({
    status: 'ok' as const,
    problems: [],
    warnings: [],
  })),
  getReport: jest.fn(async _ => JSON.stringify({ versions: {} })),
  listTimelines: jest.fn(async ({ names = [] }) => {
    const items = names.flatMap((name: string) =>
      tenants[name] ? [timelineOfProofs(tenants[name], summariesOf(name))] : [],
    );
    return { items, totalItems: items.length };
  }),
  startOperation: jest.fn(),
  listOperations: jest.fn(async _ => ({ items: [], totalItems: 0 })),
  getOperation: jest.fn(),
  listOperationEvents: jest.fn(),
  cancelOperation: jest.fn(),
  acknowledge: jest.fn(),
  mute: jest.fn(),
  unmute: jest.fn(),
  startRollout: jest.fn(),
  listRollouts: jest.fn(async () => ({ items: [], totalItems: 0 })),
  getRollout: jest.fn(),
  updateRollout: jest.fn(),
  listRemoved: jest.fn(),
  listUnmanaged: jest.fn(),
}));
