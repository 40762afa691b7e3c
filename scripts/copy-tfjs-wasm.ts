// Copies tfjs's own WASM binaries beside ours, so that the page loads everything from its own origin.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** tfjs's own builds; what else lies in public/wasm is ours. */
export const TFJS_FILES = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
];

/** Into public/wasm/. */
export function copyTfjsWasm(root: string): void {
  const target = join(root, 'public/wasm');
  mkdirSync(target, { recursive: true });
  for (const file of TFJS_FILES)
    cpSync(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', file), join(target, file));
}
