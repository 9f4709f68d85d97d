// @ts-check

/**
 * A proof may wait while another of the same tenant runs: one queued and one
 * running at most. And what has changed since when, so that replicas can keep
 * what they show in memory: `version` grows by one with each transaction, in the
 * order in which they commit.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('proofs', table => {
    table.dropIndex([], 'proofs_one_open_idx');
    table.unique(['tenant', 'state'], {
      indexName: 'proofs_open_idx',
      predicate: knex.whereRaw("state <> 'done'"),
    });
  });
  await knex.schema.createTable('change_counter', table => {
    table.comment('One row: the version of the last change');
    table.integer('id').primary();
    table.bigInteger('version').notNullable();
  });
  await knex('change_counter').insert({ id: 1, version: 0 });
  await knex.schema.createTable('tenant_changes', table => {
    table.comment('When the proofs of a tenant last changed');
    table.string('tenant', 63).primary();
    table.bigInteger('version').notNullable();

    table.index(['version'], 'tenant_changes_version_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('tenant_changes');
  await knex.schema.dropTable('change_counter');
  // Those that wait are queued again when they are due.
  await knex('proofs').where({ state: 'queued' }).delete();
  await knex.schema.alterTable('proofs', table => {
    table.dropIndex([], 'proofs_open_idx');
    table.unique(['tenant'], {
      indexName: 'proofs_one_open_idx',
      predicate: knex.whereRaw("state <> 'done'"),
    });
  });
};
