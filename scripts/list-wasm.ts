// Lists public/wasm in its manifest.json, by which the page verifies what it downloads (src/core/wasm-files.ts).
// To be called after every change of a file there.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WasmManifest } from '../src/core/wasm-files';

/** Writes sizes and sums of all .wasm files. */
export function listWasm(root: string): void {
  const folder = join(root, 'public/wasm');
  const names = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
  const files = names.sort().map((file) => {
    const content = readFileSync(join(folder, file));
    return { file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  const manifest: WasmManifest = { version: 1, files };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
}
