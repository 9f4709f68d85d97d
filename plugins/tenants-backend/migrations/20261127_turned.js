// @ts-check

/**
 * Walls that objects have shown to be breached since the last proof.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('tenants', table => {
    table
      .text('turned')
      .nullable()
      .comment('JSON, walls that objects show to be breached');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('tenants', table => {
    table.dropColumn('turned');
  });
};
