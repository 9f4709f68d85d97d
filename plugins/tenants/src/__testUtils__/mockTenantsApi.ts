import { createApiMock } from '@backstage/frontend-test-utils';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { answersOf } from '../__fixtures__';

/**
 * The API of a backend that has the tenants of the fixtures; a test says what else
 * it answers.
 */
export const mockTenantsApi = createApiMock(
  tenantsApiRef,
  () =>
    Object.fromEntries(
      Object.entries(answersOf()).map(([name, answer]) => [
        name,
        jest.fn(answer as () => Promise<unknown>),
      ]),
    ) as unknown as jest.Mocked<TenantsApi>,
);
