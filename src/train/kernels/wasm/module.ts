// Finds the build of our kernels that this browser can run, and compiles it. Not for running it: see runtime.ts.
import { PlaygroundError } from '../../../core/errors';
import type { KernelExports } from './runtime';

/** (module (func (drop (f32x4.relaxed_madd zero zero zero)))): valid only where relaxed SIMD is known. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 20, 1, 18, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 26, 11],
);

/** File of the build for this engine's features and this memory, as scripts/build-kernels.ts names it. */
export function moduleFile(memory: WebAssembly.Memory): string {
  const relaxed = WebAssembly.validate(RELAXED_PROBE) ? '-relaxed' : '';
  return `kernels${relaxed}${isShared(memory) ? '-shared' : ''}.wasm`;
}

/** Whether threads can share this memory. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
}

/** Fetches and compiles. @throws PlaygroundError 'network' when the file is not there, 'unsupported' without SIMD */
export async function loadModule(wasmBase: string | URL, memory: WebAssembly.Memory): Promise<WebAssembly.Module> {
  const url = new URL(moduleFile(memory), new URL(wasmBase, location.href));
  const response = await fetch(url);
  if (!response.ok)
    throw new PlaygroundError(
      'network',
      `The training kernels could not be loaded (${url.pathname}: ${response.status}).`,
      'Check the connection and load the page again.',
    );
  try {
    return await WebAssembly.compile(await response.arrayBuffer());
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
