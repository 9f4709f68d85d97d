// @ts-check

/**
 * The worst status of a tenant's walls beside its last proof, so that a list by
 * status need not read every verdict. Until the next proof it is `unproven`.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('latest_proofs', table => {
    table.string('status', 8).notNullable().defaultTo('unproven');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('latest_proofs', table => {
    table.dropColumn('status');
  });
};
