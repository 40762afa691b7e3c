// Lint rules: TypeScript and Svelte recommended; with types, that no member of a union and no promise is forgotten; and
// the one-way rule between rooms (docs/architecture.md).
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** What the laboratory and the workers around it put together. */
const COMPUTING = [
  'core',
  'data',
  'int8',
  'graph',
  'quant',
  'analysis',
  'convert',
  'engine',
  'recipe',
  'report',
  'model',
  'device',
  'train',
];
/** Each room of src/ and the rooms it may import from. */
const rooms = {
  core: [],
  data: ['core'],
  checkpoint: ['core'],
  import: ['core', 'checkpoint', 'data'],
  int8: ['core'],
  graph: ['core', 'int8'],
  quant: ['core', 'graph'],
  analysis: ['core', 'int8', 'graph', 'quant'],
  convert: ['core', 'int8', 'graph', 'quant'],
  engine: ['core', 'int8'],
  embed: ['core', 'data', 'int8', 'convert', 'engine', 'report'],
  export: ['core', 'int8', 'graph'],
  model: ['core', 'data', 'checkpoint', 'graph', 'import'],
  offline: ['core'],
  recipe: ['core'],
  report: ['core', 'int8', 'recipe'],
  shelf: ['core', 'int8', 'import', 'recipe', 'report'],
  device: ['core', 'quant'],
  train: ['core', 'data', 'checkpoint', 'graph', 'quant', 'recipe', 'report', 'device'],
  lab: COMPUTING,
  worker: [...COMPUTING, 'lab', 'export', 'import', 'shelf'],
  project: [
    'core',
    'int8',
    'data',
    'graph',
    'quant',
    'analysis',
    'convert',
    'recipe',
    'report',
    'model',
    'export',
    'shelf',
    'worker',
  ],
  pytorch: ['graph', 'quant', 'recipe', 'worker', 'project'],
  ui: [
    'core',
    'int8',
    'data',
    'graph',
    'quant',
    'analysis',
    'convert',
    'recipe',
    'report',
    'worker',
    'project',
    'pytorch',
    'offline',
    'shelf',
  ],
};
const TFJS = { group: ['@tensorflow/*'], message: 'src/device, src/train and src/worker are the only users of tfjs.' };
/** Rooms that know tfjs. */
const TFJS_ROOMS = ['device', 'train', 'worker'];
/** Rooms within a room and those beside them that they may import from; '' is what lies in the room itself, open to all. */
const inner = {
  device: {
    '': [],
    reference: [],
    cases: ['reference'],
    cpu: ['reference'],
    wasm: [],
    webgpu: [],
    start: ['wasm', 'webgpu'],
  },
};
/** One rule block per room: the rooms it must not import from, and tfjs where it may not be used. */
const oneWay = Object.entries(rooms).flatMap(([room, allowed]) => {
  const forbidden = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  const message = `${room}/ may import only from: ${allowed.join(', ') || 'nothing'}.`;
  const patterns = forbidden.map((other) => ({ group: [`**/../${other}/**`], message }));
  if (!TFJS_ROOMS.includes(room)) patterns.push(TFJS);
  return [wall([`src/${room}/**/*.{ts,svelte}`], patterns), ...innerWalls(room, patterns)];
});

function wall(files, patterns) {
  return {
    files,
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

/** Walls within a room. A later block replaces an earlier one, so that they hold the patterns of the room as well. */
function innerWalls(room, patterns) {
  return Object.entries(inner[room] ?? {}).map(([name, allowed]) => {
    const forbidden = Object.keys(inner[room]).filter((other) => other && other !== name && !allowed.includes(other));
    const regex = `^${name ? '\\.\\.' : '\\.'}/(${forbidden.join('|')})(/|$)`;
    const message = `Of the rooms in ${room}/, ${name || 'its own files'} may import only: ${allowed.join(', ') || 'none'}.`;
    const files = name ? `src/${room}/${name}/**/*.ts` : `src/${room}/*.ts`;
    return wall([files], [...patterns, { regex, message }]);
  });
}

/** What makes markup of strings. */
const MARKUP = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'parseFromString', 'srcdoc'].map((name) => ({
  selector: `MemberExpression[property.name='${name}']`,
  message: 'Text from anywhere may come out as markup: let Svelte make the elements, or set textContent.',
}));

export default ts.config(
  { ignores: ['node_modules', '.cache', 'dist', 'build', 'public', 'src/**/assembly/**', 'test-results', 'reference'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['src/**/*.{ts,svelte}', 'tests/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    // Strings are never code or markup: the page's policy (src/offline/headers.ts) would end such a program only when it runs.
    files: ['src/**/*.{ts,svelte}'],
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': ['error', ...MARKUP],
      'svelte/no-at-html-tags': 'error',
    },
  },
  ...oneWay,
);
