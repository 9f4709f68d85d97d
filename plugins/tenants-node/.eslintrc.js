// Imports go one way: config -> plan -> clients -> apply | prove -> drill.
const LAYERS = ['config', 'plan', 'clients', 'apply', 'prove', 'drill'];

const zones = LAYERS.map((layer, i) => ({
  target: `./src/${layer}`,
  from: [
    ...LAYERS.slice(i + 1).map(later => `./src/${later}`),
    ...(layer === 'prove' ? ['./src/apply'] : []),
  ],
  message: `What ${layer} needs from there belongs in ${layer} or before it`,
})).filter(({ from }) => from.length > 0);

module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  settings: {
    'import/resolver': { node: { extensions: ['.ts', '.js'] } },
    'import/parsers': { '@typescript-eslint/parser': ['.ts'] },
  },
  rules: {
    'jest/expect-expect': [
      'warn',
      { assertFunctionNames: ['expect', 'always'] },
    ],
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      excludedFiles: ['**/*.test.ts', '**/__fixtures__/**'],
      rules: {
        'import/no-restricted-paths': ['error', { basePath: __dirname, zones }],
        'import/no-cycle': 'error',
      },
    },
  ],
});
