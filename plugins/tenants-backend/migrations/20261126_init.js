// @ts-check

/**
 * Times are milliseconds since the epoch by the database's own clock. A tenant is
 * its namespace: rows go by the namespace's UID, and names are how people call
 * them.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('tenants', table => {
    table.comment('Every tenant that this portal has made or adopted');
    table.string('uid', 64).primary().comment('UID of its namespace');
    table.string('name', 63).notNullable();
    table.string('cluster', 255).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('owner', 255).notNullable().comment('Canonical entity ref');
    table.text('spec').notNullable().comment('JSON, as last applied');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('removed_at').nullable();
    table.boolean('seeding').notNullable().defaultTo(false);
    table
      .string('account_uid', 64)
      .nullable()
      .comment('Vault knows it by that');
    table
      .string('applied_digest', 64)
      .nullable()
      .comment('Of all that was last applied');
    table.uuid('proof_id').nullable().comment('The last proof that ended');
    table.bigInteger('proved_at').nullable();
    table.string('status', 8).notNullable().defaultTo('unproven');
    table
      .string('breached', 64)
      .notNullable()
      .defaultTo('')
      .comment('Walls whose owner knows of a breach, with commas');
    table.text('changed').nullable().comment('JSON, what others have changed');
    table.bigInteger('lost_since').nullable();
    table.text('lost_because').nullable();
    table.boolean('lost_told').notNullable().defaultTo(false);

    table.index(['name', 'created_at'], 'tenants_name_idx');
    table.unique(['name'], {
      indexName: 'tenants_one_a_name_idx',
      predicate: knex.whereNull('removed_at'),
    });
  });

  await knex.schema.createTable('applied_resources', table => {
    table.comment('What was last applied of each tenant');
    table.string('uid', 64).primary();
    table.text('body', 'longtext').notNullable().comment('JSON by resource id');
  });

  await knex.schema.createTable('operations', table => {
    table.comment('Everything that changes or proves a tenant, and the queue');
    table.uuid('id').primary();
    table.string('kind', 8).notNullable().comment('apply, remove or prove');
    table.string('tenant', 63).notNullable();
    table.string('cluster', 255).notNullable();
    table.string('owner', 255).notNullable();
    table.string('uid', 64).nullable().comment('Absent until there is one');
    table.string('state', 10).notNullable();
    table.string('trigger', 8).notNullable();
    table.integer('priority').notNullable().comment('The lowest runs first');
    table.string('requested_by', 255).nullable();
    table.string('task', 255).nullable().comment('The one task that wants it');
    table.text('request').notNullable().comment('JSON, without secrets');
    table.string('secret', 255).nullable().comment('A hash; gone at its end');
    table.uuid('rollout_id').nullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('started_at').nullable();
    table.bigInteger('finished_at').nullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('runner', 64).nullable().comment('Replica that runs it');
    table.bigInteger('lease_until').nullable();
    table.boolean('cancelled').notNullable().defaultTo(false);
    table.text('progress').nullable().comment('JSON, while running');
    table.text('result').nullable().comment('JSON, what it came to');
    table.text('error').nullable();
    // Of a proof
    table.uuid('round').nullable().comment('The same for both of a pair');
    table.string('neighbour', 63).nullable();
    table.text('verdicts').nullable().comment('JSON');
    table.integer('time_to_enforce_ms').nullable();
    table.boolean('notable').notNullable().defaultTo(false);

    table.index(['tenant', 'created_at'], 'operations_tenant_idx');
    table.index(['uid', 'kind', 'created_at'], 'operations_uid_idx');
    table.index(['state', 'priority', 'created_at'], 'operations_state_idx');
    table.index(['rollout_id'], 'operations_rollout_idx');
    // The lease: one running operation a tenant, whoever runs it.
    table.unique(['tenant'], {
      indexName: 'operations_one_running_idx',
      predicate: knex.whereRaw("state = 'running'"),
    });
    table.unique(['tenant'], {
      indexName: 'operations_one_queued_proof_idx',
      predicate: knex.whereRaw("state = 'queued' and kind = 'prove'"),
    });
  });

  await knex.schema.createTable('operation_events', table => {
    table.comment('What an operation did, object by object');
    table.uuid('operation_id').notNullable();
    table.integer('position').notNullable();
    table.text('body').notNullable().comment('JSON');

    table.primary(['operation_id', 'position']);
  });

  await knex.schema.createTable('receipts', table => {
    table.comment('What is left of every attempt of a proof');
    table.uuid('proof_id').notNullable();
    table.integer('position').notNullable();
    table.text('body', 'longtext').notNullable().comment('The receipt as JSON');

    table.primary(['proof_id', 'position']);
  });

  await knex.schema.createTable('pairs', table => {
    table.comment('The last result of every ordered pair of tenants');
    table.string('uid', 64).notNullable();
    table.string('neighbour_uid', 64).notNullable();
    table.bigInteger('attempted_at').notNullable();
    table.uuid('proof_id').nullable();
    table.bigInteger('proved_at').nullable();
    table.string('status', 8).nullable().comment('holds, breached or unproven');

    table.primary(['uid', 'neighbour_uid']);
    table.index(['neighbour_uid'], 'pairs_neighbour_idx');
  });

  await knex.schema.createTable('rollouts', table => {
    table.comment('Operations on many tenants, in waves');
    table.uuid('id').primary();
    table.string('state', 10).notNullable();
    table.string('requested_by', 255).nullable();
    table.text('request').notNullable().comment('JSON');
    table.text('waves').notNullable().comment('JSON, names by wave');
    table.integer('wave').notNullable().defaultTo(0);
    table.text('reason').nullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('finished_at').nullable();

    table.index(['state'], 'rollouts_state_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'rollouts',
    'pairs',
    'receipts',
    'operation_events',
    'operations',
    'applied_resources',
    'tenants',
  ]) {
    await knex.schema.dropTable(table);
  }
};
