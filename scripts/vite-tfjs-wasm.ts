// A Vite plugin for tfjs's threaded WASM backend: it starts its threads from the text of its module factory, which must
// therefore not lean on a variable outside itself that a minifier renames or folds away.
import type { Plugin } from 'vite';

const FILE = 'tfjs-backend-wasm-threaded-simd.js';

/** Makes the factory's one outer variable a property of globalThis. Fails when tfjs no longer has it. */
export function tfjsWasmThreads(): Plugin {
  return {
    name: 'tfjs-wasm-threads',
    transform(code, id) {
      if (!id.endsWith(FILE)) return undefined;
      const declaration = 'var _scriptDir =';
      if (!code.includes(declaration)) throw new Error(`${FILE} no longer declares _scriptDir: see ${import.meta.url}`);
      const free = code.replace(declaration, '_scriptDir =').replaceAll(/\b_scriptDir\b/g, 'globalThis._scriptDir');
      return { code: free, map: null };
    },
  };
}
