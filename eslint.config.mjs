// Lint rules: typescript-eslint's type-checked sets for the sources and tests, plain ones for scripts.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const node = {
  console: 'readonly',
  process: 'readonly',
  fetch: 'readonly',
  AbortSignal: 'readonly',
  URL: 'readonly',
  URLSearchParams: 'readonly',
  document: 'readonly',
  window: 'readonly',
  location: 'readonly',
  getComputedStyle: 'readonly',
  SVGElement: 'readonly',
  setTimeout: 'readonly',
  clearTimeout: 'readonly',
  setInterval: 'readonly',
  clearInterval: 'readonly',
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'out/',
      'native/build/',
      'training/',
      'test-output/',
      'examples/',
      'test/fixtures/',
      '.vscode-test/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      // A test that runs alone leaves out all others.
      'no-restricted-properties': [
        'error',
        ...['describe', 'it'].map((object) => ({ object, property: 'only' })),
        { property: 'skip', message: '`skipped` of test/skipped.ts says why.' },
      ],
    },
  },
  { files: ['test/skipped.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: node },
    rules: { eqeqeq: 'error' },
  },
);
