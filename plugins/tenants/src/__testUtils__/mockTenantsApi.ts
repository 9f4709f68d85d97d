import { createApiMock } from '@backstage/frontend-test-utils';
import { tenantsApiRef } from '../api';
import { platform, proofs, summaryOf, usage } from '../__fixtures__';

/**
 * The API of the backend, of which a test says what it answers. It offers the
 * platform and the usage of the fixtures, and reaches its cluster.
 */
export const mockTenantsApi = createApiMock(tenantsApiRef, () => ({
  listTenants: jest.fn(),
  getTenant: jest.fn(),
  listProofs: jest.fn(async name => {
    const items = proofs[name] ? [summaryOf(proofs[name])] : [];
    return { items, totalItems: items.length };
  }),
  getProof: jest.fn(),
  startProof: jest.fn(),
  getMatrix: jest.fn(),
  getDrift: jest.fn(),
  getUsage: jest.fn(async _ => usage),
  previewTenant: jest.fn(),
  getPlatform: jest.fn(async () => platform),
  getHealth: jest.fn(async () => ({ status: 'ok' as const, problems: [] })),
  getReport: jest.fn(),
}));
