// Compiles the integer engine into public/wasm: one build with relaxed SIMD, one without, since a single relaxed opcode
// makes a module invalid where it is unknown. The kernels' source is generated into build/, never edited nor committed.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { kernelsSource } from '../src/engine/template/convolution';
import { KERNELS } from '../src/engine/kernels';
import { compileWasm, gatherSources } from './asc';
import { listWasm } from './list-wasm';

const SOURCES = 'src/engine/assembly';
const BUILDS = [
  { name: 'engine-relaxed', relaxed: true, features: ['threads', 'relaxed-simd'] },
  { name: 'engine-plain', relaxed: false, features: ['threads'] },
];
/** Shared memory, so that threads can join; its size comes from the plan, up to all that 32 bits address. */
const MEMORY = ['--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

/** Brings public/wasm/engine-*.wasm up to date and prints their sizes. */
export async function buildEngine(root: string): Promise<void> {
  for (const { name, relaxed, features } of BUILDS) {
    const folder = `build/${name}`;
    const out = `public/wasm/${name}.wasm`;
    gatherSources(root, SOURCES, folder, { 'kernels.ts': kernelsSource(KERNELS, relaxed) });
    const before = existsSync(join(root, out)) ? readFileSync(join(root, out)) : Buffer.alloc(0);
    const options = [...MEMORY, '--converge', ...features.flatMap((feature) => ['--enable', feature])];
    await compileWasm(root, [{ entry: `${folder}/run.ts`, out, options }]);
    const binary = readFileSync(join(root, out));
    const state = binary.equals(before) ? 'Unchanged' : 'Compiled';
    console.log(`${state}: ${out}, ${binary.length} bytes, ${gzipSync(binary).length} gzip'd`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  await buildEngine(root);
  listWasm(root);
}
