import { knex } from 'knex';
import { TestPostgres } from '../src/replicasPostgres';

/** Makes a database; hands back how to connect to it. */
export async function withDatabase(postgres: TestPostgres, name: string) {
  const server = knex({ client: 'pg', connection: postgres.connection });
  try {
    await server.raw('create database ??', [name]);
  } finally {
    await server.destroy();
  }
  return { ...postgres.connection, database: name };
}
