// @ts-check

/**
 * Breached pairs are few among a million, and are looked for at each look at the
 * matrix.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('pairs', table => {
    table.index(['status', 'proved_at'], 'pairs_status_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('pairs', table => {
    table.dropIndex(['status', 'proved_at'], 'pairs_status_idx');
  });
};
