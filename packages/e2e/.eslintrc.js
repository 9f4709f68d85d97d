module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    'jest/no-standalone-expect': [
      'error',
      { additionalTestBlockFunctions: ['itInFull'] },
    ],
  },
  overrides: [
    {
      // Runs on Node.js as it is, and so takes the lab and the scripts from
      // where they are: neither is a package that anyone installs.
      files: [
        'journey/**',
        'bench/**',
        'install/**',
        'src/chart*',
        'src/clusters*',
        'src/extras*',
        'src/recovery*',
        'src/replicas*',
        'src/support/*',
      ],
      rules: {
        '@backstage/no-mixed-plugin-imports': 'off',
        '@backstage/no-relative-monorepo-imports': 'off',
      },
    },
  ],
});
