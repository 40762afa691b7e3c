// Finds the build of our kernels that this browser can run, and compiles it. Not for running it: see runtime.ts.
import { PlaygroundError } from '../../core/errors';
import { fetchWasm } from '../../core/wasm-files';
import type { KernelExports } from './runtime';

/** (module (func (drop (f32x4.relaxed_madd zero zero zero)))): valid only where relaxed SIMD is known. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 20, 1, 18, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 26, 11],
);

/** File of the build for this engine's features and this memory, as scripts/build-kernels.ts names it. */
function moduleFile(memory: WebAssembly.Memory): string {
  const relaxed = WebAssembly.validate(RELAXED_PROBE) ? '-relaxed' : '';
  return `kernels${relaxed}${isShared(memory) ? '-shared' : ''}.wasm`;
}

/** Whether threads can share this memory. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
}

/**
 * Fetches and compiles.
 * @throws PlaygroundError as fetchWasm, or 'unsupported' without SIMD
 */
export async function loadModule(wasmBase: string, memory: WebAssembly.Memory): Promise<WebAssembly.Module> {
  const bytes = await fetchWasm(wasmBase, moduleFile(memory));
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new PlaygroundError(
      'unsupported',
      'This browser cannot run the training kernels, which need WebAssembly SIMD.',
      'Use a current version of Chrome, Edge, Firefox or Safari.',
      { cause },
    );
  }
}

/** @param stalled asked while threads are waited for: Patience of src/core/threads.ts; those threads wait for nobody */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stalled: (moved: number) => number = () => 0,
): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory, stalled } }).exports as unknown as KernelExports;
}
