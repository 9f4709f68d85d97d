// @ts-check

/**
 * Times are milliseconds since the epoch by the database's own clock.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('drills', table => {
    table.comment('What each cluster’s drills have shown of the prover');
    table.string('cluster', 255).primary();
    table.bigInteger('known_since').notNullable();
    table.bigInteger('caught_at').nullable().comment('Last time, of any way');
    table
      .integer('failures')
      .notNullable()
      .defaultTo(0)
      .comment('Drills in a row that could not be made');
    table.bigInteger('last_at').nullable().comment('End of the last one');
    table.text('last').nullable().comment('JSON, what came of it');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('drills');
};
