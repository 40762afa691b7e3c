// Lint rules: TypeScript and Svelte recommended, and the one-way rule between rooms (docs/architecture.md).
import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Each room of src/ and the rooms it may import from. */
const rooms = {
  core: [],
  data: ['core'],
  checkpoint: ['core'],
  graph: ['core'],
  quant: ['core', 'graph'],
  convert: ['core', 'graph', 'quant'],
  engine: ['core', 'convert'],
  report: ['core', 'convert'],
  train: ['core', 'data', 'checkpoint', 'graph', 'quant', 'report'],
  worker: ['core', 'data', 'checkpoint', 'graph', 'quant', 'convert', 'engine', 'report', 'train'],
  session: ['core', 'data', 'graph', 'quant', 'convert', 'report', 'worker'],
  ui: ['core', 'data', 'graph', 'quant', 'convert', 'report', 'worker', 'session'],
};
const zones = Object.entries(rooms).flatMap(([room, allowed]) =>
  Object.keys(rooms)
    .filter((other) => other !== room && !allowed.includes(other))
    .map((other) => ({
      target: `./src/${room}`,
      from: `./src/${other}`,
      message: `${room}/ may import only from: ${allowed.join(', ') || 'nothing'}.`,
    })),
);

export default ts.config(
  { ignores: ['node_modules', 'dist', 'build', 'public', 'src/**/assembly/**', 'test-results', 'reference'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.js', '.svelte', '.svelte.ts'] } } },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'no-undef': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.svelte'],
    ignores: ['src/train/**', 'src/worker/**', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@tensorflow/*'], message: 'src/train is the only user of tfjs.' }] },
      ],
    },
  },
);
