'use strict';
const js = require('@eslint/js');
const { defineConfig, globalIgnores } = require('eslint/config');
const tseslint = require('typescript-eslint');

/** Data flows one way: a folder imports from itself and from those before it. */
const FOLDERS = [
  'files', 'command', 'progress', 'browser', 'engine', 'machine', 'data', 'models', 'optim', 'planar', 'tfjs', 'train',
  'federated', 'landscape', 'experiment', 'bench', 'cluster', 'playground', 'jupyter', 'report', 'notebook',
];

/** TensorFlow.js is the engine's business, and that of the optimizer for users of TensorFlow.js. */
const TENSORFLOW = {
  regex: '^@tensorflow/',
  message: 'Only src/engine and src/tfjs touch TensorFlow.js; use or add a function there.',
};

const importDirection = FOLDERS.map((folder, position) => {
  const forbidden = ['index', 'setup', ...FOLDERS.slice(position + 1)];
  const direction = {
    regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`,
    message: `src/${folder} may import only from itself and from ${FOLDERS.slice(0, position).join(', ') || 'no other folder'}.`,
  };
  const patterns = folder === 'engine' || folder === 'tfjs' ? [direction] : [direction, TENSORFLOW];
  return { files: [`src/${folder}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

/** The benchmark times tf.layers as its users call it. */
const tfLayers = { files: ['src/bench/layers*.ts'], rules: { 'no-restricted-imports': 'off' } };

module.exports = defineConfig(
  globalIgnores(['dist/', 'data/', 'figures/', 'notebooks/', '.venv/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['src/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // An index that the loop around it keeps in range is asserted, not tested again.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `import x = require('x')` is how a CommonJS module of TypeScript imports one that is a value.
      '@typescript-eslint/no-require-imports': ['error', { allowAsImport: true }],
      // An interface has a name that declarations elsewhere can use; the alias of a mapped type is written out there.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      // Numbers in messages and names read best as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // node:test's `test` returns a promise that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite', 'before', 'after'] }] },
      ],
    },
  },
  ...importDirection,
  tfLayers,
  {
    files: ['**/*.mjs', '**/*.cjs', 'eslint.config.js'],
    languageOptions: { globals: { process: 'readonly', performance: 'readonly', URL: 'readonly', setTimeout: 'readonly' } },
  },
  {
    files: ['**/*.cjs', 'eslint.config.js'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } },
  },
);
