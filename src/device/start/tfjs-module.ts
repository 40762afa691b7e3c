// Gives tfjs its own WASM module, downloaded and verified like everything else: tfjs fetches by itself, so it is told
// the address of bytes that are here already. Not for starting the backend, nor for whether it may use threads.
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { fetchWasm } from '../../core/wasm-files';

/**
 * By tfjs's names of its builds; empty for those that were not asked for. tfjs keeps this very object and accepts no
 * other after a start that failed: addresses are added in place.
 */
const addresses = {
  'tfjs-backend-wasm.wasm': '',
  'tfjs-backend-wasm-simd.wasm': '',
  'tfjs-backend-wasm-threaded-simd.wasm': '',
};
let pathsSet = false;

/**
 * Call before each tf.setBackend('wasm'), and again when tfjs's flags have changed. What was downloaded once serves for
 * as long as this worker lives.
 * @param wasmBase folder of the .wasm files, ending in '/'
 * @throws PlaygroundError as fetchWasm
 */
export async function provideTfjsModule(wasmBase: string): Promise<void> {
  const build = await tfjsBuild();
  if (addresses[build] === '') {
    const bytes = await fetchWasm(wasmBase, build);
    addresses[build] = URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' }));
  }
  if (!pathsSet) setWasmPaths(addresses);
  pathsSet = true;
}

/** The build tfjs is going to take: getPathToWasmBinary in its backend_wasm.ts. */
async function tfjsBuild(): Promise<keyof typeof addresses> {
  const flag = async (name: string) => (await tf.env().getAsync(name)) as boolean;
  const [simd, threads] = [await flag('WASM_HAS_SIMD_SUPPORT'), await flag('WASM_HAS_MULTITHREAD_SUPPORT')];
  if (!simd) return 'tfjs-backend-wasm.wasm';
  return threads ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm';
}
