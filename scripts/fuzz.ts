// npm run fuzz [-- --cases N] [--target NAME] [--seed N] [--json FILE]: every reader of files from outside is given changed,
// cut and swapped real files; each must be read or refused in words, within seconds and bounded memory. What is lost is kept
// in .cache/fuzz-found/: moved to tests/fuzz/found/TARGET/ it is read at every npm test. Last line: tried, survived, lost,
// hangs. Not for what a case is: tests/fuzz.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { formatTable } from '../src/report/text-table';
import type { FuzzProgress, FuzzWork } from '../tests/fuzz/worker';

const ROOT = new URL('..', import.meta.url);
const FOLDER = new URL('.cache/fuzz/', ROOT);
const FOUND = new URL('.cache/fuzz-found/', ROOT);
const SILENT_MILLISECONDS = 60_000;
const LONGEST = 1 << 17;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '200000' },
    target: { type: 'string' },
    seed: { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});

interface Figures {
  readonly name: string;
  tried: number;
  corpus: number;
  lost: number;
  hangs: number;
  seconds: number;
}

/** From the place of tests/fuzz in depth, so that paths to the root are the same. */
await build({
  mode: 'test',
  logLevel: 'error',
  build: {
    ...{ ssr: 'tests/fuzz/worker.ts', outDir: '.cache/fuzz', minify: false },
    rollupOptions: { output: { entryFileNames: 'worker.mjs', codeSplitting: false } },
  },
});
const names = values.target ? [values.target] : (await targets()).map(({ name }) => name);
const cases = Math.ceil(Number(values.cases) / names.length);
const left = [...names];
const figures: Figures[] = [];
await Promise.all(
  cpus().map(async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) figures.push(await fuzzed(name));
  }),
);

const sum = (of: 'tried' | 'lost' | 'hangs') => figures.reduce((total, one) => total + one[of], 0);
const [tried, lost, hangs] = [sum('tried'), sum('lost'), sum('hangs')];
const rows = figures.map(({ name, tried, corpus, lost, hangs, seconds }) => [
  name,
  ...[tried, corpus, lost, hangs].map(String),
  seconds.toFixed(0),
]);
console.log(formatTable([['reader', 'tried', 'kept as seeds', 'lost', 'hangs', 's'], ...rows]));
if (values.json) writeFileSync(values.json, JSON.stringify({ tried, lost, hangs, readers: figures }, null, 2) + '\n');
console.log(`\n${tried} tried, ${tried - lost - hangs} survived, ${lost} lost, ${hangs} hangs`);
process.exitCode = lost + hangs > 0 ? 1 : 0;

async function targets(): Promise<readonly { readonly name: string }[]> {
  const worker = new Worker(new URL('worker.mjs', FOLDER), { workerData: { list: true } });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

/** A thread that has told nothing for a while is ended, its file kept, and another goes on. */
async function fuzzed(name: string): Promise<Figures> {
  const began = performance.now();
  const of: Figures = { name, tried: 0, corpus: 0, lost: 0, hangs: 0, seconds: 0 };
  for (let seed = Number(values.seed); of.tried < cases; seed += 1000) await thread(of, seed);
  of.seconds = (performance.now() - began) / 1000;
  return of;
}

function thread(of: Figures, seed: number): Promise<void> {
  const current = new SharedArrayBuffer(4 + LONGEST);
  const work: FuzzWork = { target: of.name, seed, cases: cases - of.tried, current };
  const worker = new Worker(new URL('worker.mjs', FOLDER), { workerData: work });
  return new Promise((resolve) => {
    const ended = (what: string) => {
      of.hangs++;
      of.tried++;
      const length = Math.min(new Int32Array(current, 0, 1)[0], LONGEST);
      keep(of.name, what, new Uint8Array(current, 4, length).slice());
      void worker.terminate();
    };
    const silent = () => ended('told nothing for a minute');
    let timer = setTimeout(silent, SILENT_MILLISECONDS);
    worker.on('message', ({ tried, corpus, lost }: FuzzProgress) => {
      clearTimeout(timer);
      timer = setTimeout(silent, SILENT_MILLISECONDS);
      of.tried += tried;
      of.corpus = corpus;
      of.lost += lost.length;
      for (const { what, file } of lost) keep(of.name, what, file);
    });
    worker.on('error', (error) => ended(String(error)));
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function keep(name: string, what: string, file: Uint8Array): void {
  const folder = new URL(`${name}/`, FOUND);
  mkdirSync(folder, { recursive: true });
  const path = new URL(`${Date.now()}-${Math.floor(1e6 * Math.random())}.bin`, folder);
  writeFileSync(path, file);
  console.log(`LOST ${name}: ${what}\n  ${path.pathname}`);
}
