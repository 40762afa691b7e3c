// Compiles AssemblyScript to WASM files through asc's API, and only what changed since the last time.
// Not for knowing which modules there are: see build-kernels.ts and build-engine.ts.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';

/** One WASM file. Paths are relative to the project; the sources are all files of the entry's folder. */
export interface WasmTarget {
  readonly entry: string;
  readonly out: string;
  /** asc's options beyond the common ones. */
  readonly options: readonly string[];
}

const COMMON = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];

/** Hash of everything that decides the output: options, compiler and sources. */
function fingerprint(root: string, target: WasmTarget): string {
  const hash = createHash('sha256').update(JSON.stringify([asc.version, COMMON, target]));
  const folder = join(root, dirname(target.entry));
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

/** Compiles each target whose output is missing or older than its sources. @throws with asc's own messages */
export async function compileWasm(root: string, targets: readonly WasmTarget[]): Promise<void> {
  const cache = join(root, '.cache/wasm');
  mkdirSync(cache, { recursive: true });
  for (const target of targets) {
    const stamp = join(cache, `${basename(target.out)}.sha256`);
    const wanted = fingerprint(root, target);
    if (existsSync(join(root, target.out)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
    mkdirSync(dirname(join(root, target.out)), { recursive: true });
    const args = [target.entry, '--baseDir', root, '--outFile', target.out, ...COMMON, ...target.options];
    const { error, stderr } = await asc.main(args);
    if (error) throw new Error(`${target.entry} does not compile:\n${stderr.toString()}`);
    writeFileSync(stamp, wanted);
  }
}
