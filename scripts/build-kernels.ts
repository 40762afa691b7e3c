// Builds the training kernels for tfjs's WASM backend into public/wasm/: plain SIMD or relaxed (fused multiply-add),
// each for ordinary memory and for memory shared between threads. Does nothing for what is up to date. What follows from
// the list of work items is generated into build/, never edited nor committed.
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import { dispatchSource, recordsSource } from '../src/device/wasm/assembly/template';
import { compileWasm, gatherSources, type WasmTarget } from './asc';
import { listWasm } from './list-wasm';

const SOURCES = 'src/device/wasm/assembly';
const FOLDER = 'build/kernels';
const ENTRY = `${FOLDER}/index.ts`;
const ATOMICS = ['--enable', 'threads'];
const RELAXED = ['--enable', 'relaxed-simd'];
/** tfjs declares its shared memory with the largest maximum. */
const SHARED = ['--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

const TARGETS: readonly WasmTarget[] = [
  { entry: ENTRY, out: 'public/wasm/kernels.wasm', options: ATOMICS },
  { entry: ENTRY, out: 'public/wasm/kernels-relaxed.wasm', options: [...ATOMICS, ...RELAXED] },
  { entry: ENTRY, out: 'public/wasm/kernels-shared.wasm', options: [...ATOMICS, ...SHARED] },
  { entry: ENTRY, out: 'public/wasm/kernels-relaxed-shared.wasm', options: [...ATOMICS, ...RELAXED, ...SHARED] },
];

/** Compiles the kernels that are missing or out of date. @throws with the compiler's messages */
export async function buildKernels(root: string): Promise<void> {
  gatherSources(root, SOURCES, FOLDER, { 'args.ts': recordsSource(), 'dispatch.ts': dispatchSource() });
  await compileWasm(root, TARGETS);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  await buildKernels(root);
  listWasm(root);
}
