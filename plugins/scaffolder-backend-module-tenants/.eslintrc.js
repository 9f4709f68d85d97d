module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // The actions are tested upon the real tenants backend, with its own fakes
      // of clusters.
      files: ['**/*.test.ts', '**/__testUtils__/**'],
      rules: {
        '@backstage/no-mixed-plugin-imports': 'off',
        '@backstage/no-relative-monorepo-imports': 'off',
      },
    },
  ],
});
