// @ts-check

/**
 * What people say about a tenant's walls: it changes nothing of them.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('attention', table => {
    table.comment(
      'What is acknowledged of a tenant, and until when it is muted',
    );
    table.string('uid', 64).primary().comment('UID of its namespace');
    table.text('acknowledged').nullable().comment('JSON, while walls fail');
    table.text('muted').nullable().comment('JSON');
    table
      .bigInteger('muted_until')
      .nullable()
      .comment('Present until what outlasted it was notified');

    table.index(['muted_until'], 'attention_muted_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('attention');
};
