import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { Knex } from 'knex';

export const MIGRATIONS = resolvePackagePath(
  '@threewalls/backstage-plugin-tenants-backend',
  'migrations',
);

/** The plugin's database, brought up to date unless config says to skip it. */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const knex = await database.getClient();
  // Errors are logged and answered: no value of a statement, such as a hash, in them.
  knex.client.config.compileSqlOnError = false;
  if (!database.migrations?.skip) {
    await knex.migrate.latest({ directory: MIGRATIONS });
  }
  return knex;
}
