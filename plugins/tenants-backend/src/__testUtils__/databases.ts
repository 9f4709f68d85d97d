import { TestDatabaseId, TestDatabases } from '@backstage/backend-test-utils';

/**
 * SQLite, and each PostgreSQL whose connection string is in the environment,
 * such as BACKSTAGE_TEST_DATABASE_POSTGRES15_CONNECTION_STRING.
 */
export function testDatabases(): TestDatabases {
  const ids: TestDatabaseId[] = [
    'SQLITE_3',
    'POSTGRES_18',
    'POSTGRES_17',
    'POSTGRES_16',
    'POSTGRES_15',
    'POSTGRES_14',
  ];
  return TestDatabases.create({ ids, disableDocker: true });
}
