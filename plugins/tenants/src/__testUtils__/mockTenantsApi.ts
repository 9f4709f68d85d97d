import { createApiMock } from '@backstage/frontend-test-utils';
import { tenantsApiRef } from '../api';

/** The API of the backend, of which a test says what it answers. */
export const mockTenantsApi = createApiMock(tenantsApiRef, () => ({
  listTenants: jest.fn(),
  getTenant: jest.fn(),
  listProofs: jest.fn(),
  getProof: jest.fn(),
  startProof: jest.fn(),
  getMatrix: jest.fn(),
  getDrift: jest.fn(),
  getReport: jest.fn(),
}));
