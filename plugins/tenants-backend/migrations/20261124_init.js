// @ts-check

/**
 * Times are milliseconds since the epoch, so that leases compare alike in every
 * database.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('proofs', table => {
    table.comment('One row for every run of all checks of a tenant');
    table.uuid('id').primary();
    table.string('tenant', 63).notNullable();
    table.string('cluster', 255).notNullable();
    table.string('state', 8).notNullable().comment('queued, running or done');
    table.string('trigger', 8).notNullable();
    table.string('neighbour', 63).nullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('finished_at').nullable();
    table.integer('time_to_enforce_ms').nullable();
    table.text('verdicts').nullable().comment('JSON, once done');
    table.text('progress').nullable().comment('JSON, while running');
    table.string('runner', 64).nullable().comment('Replica that runs it');
    table.bigInteger('lease_until').nullable();

    table.index(['tenant', 'created_at'], 'proofs_tenant_created_idx');
    table.index(['state', 'created_at'], 'proofs_state_created_idx');
    table.unique(['tenant'], {
      indexName: 'proofs_one_open_idx',
      predicate: knex.whereRaw("state <> 'done'"),
    });
  });

  await knex.schema.createTable('receipts', table => {
    table.comment('What is left of every attempt of a proof');
    table.uuid('proof_id').notNullable();
    table.integer('position').notNullable();
    table.string('tenant', 63).notNullable();
    table.string('neighbour', 63).nullable();
    table.string('check_id', 64).notNullable();
    table.string('wall', 8).notNullable();
    table.string('kind', 8).notNullable();
    table.string('outcome', 16).notNullable();
    table.text('body', 'longtext').notNullable().comment('The receipt as JSON');

    table.primary(['proof_id', 'position']);
  });

  await knex.schema.createTable('latest_proofs', table => {
    table.comment('The last done proof of every tenant');
    table.string('tenant', 63).primary();
    table.uuid('proof_id').notNullable();
    table.bigInteger('finished_at').notNullable();
    table.bigInteger('mean_gap_ms').nullable();
    table
      .string('breached', 64)
      .notNullable()
      .comment('Walls whose owner knows of a breach, with commas');
  });

  await knex.schema.createTable('pairs', table => {
    table.comment('The last result of every ordered pair of tenants');
    table.string('tenant', 63).notNullable();
    table.string('neighbour', 63).notNullable();
    table.bigInteger('attempted_at').notNullable();
    table.uuid('proof_id').nullable();
    table.bigInteger('proved_at').nullable();
    table.string('status', 8).nullable().comment('holds, breached or unproven');

    table.primary(['tenant', 'neighbour']);
    table.index(['attempted_at'], 'pairs_attempted_idx');
  });

  await knex.schema.createTable('tenant_locks', table => {
    table.comment('Tenants that a proof is under way for');
    table.string('tenant', 63).primary();
    table.uuid('round').notNullable();
    table.string('runner', 64).notNullable();
    table.bigInteger('lease_until').notNullable();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('tenant_locks');
  await knex.schema.dropTable('pairs');
  await knex.schema.dropTable('latest_proofs');
  await knex.schema.dropTable('receipts');
  await knex.schema.dropTable('proofs');
};
