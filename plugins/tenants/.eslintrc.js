module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // Whatever is not found throws.
    'jest/expect-expect': [
      'warn',
      {
        assertFunctionNames: ['expect', 'screen.find*', 'findText', 'alerted'],
      },
    ],
  },
});
