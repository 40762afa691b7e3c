// The engine's WASM: which build this browser can run, fetching or taking its bytes, compiling, typed exports.
// Not for memory contents nor threads.
import { PlaygroundError } from '../core/errors';
import { fetchWasm } from '../core/wasm-files';

export type EngineBuild = 'relaxed' | 'plain';

/** What assembly/run.ts exports. */
export interface EngineExports {
  /** @returns 0, 1 when an image had a code out of range, or 2 when another thread has stopped: the memory is lost */
  run(images: number, threads: number): number;
  runOperation(index: number): void;
  publish(images: number): void;
  work(thread: number, threads: number): void;
  fail(): void;
}

// (module (func (drop (i16x8.relaxed_dot_i8x16_i7x16_s (v128.const ...) (v128.const ...)))))
const RELAXED_PROBE = Uint8Array.from([
  0,
  0x61,
  0x73,
  0x6d,
  1,
  0,
  0,
  0,
  1,
  4,
  1,
  0x60,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  44,
  1,
  42,
  0,
  ...[0xfd, 12, ...new Array<number>(16).fill(0)],
  ...[0xfd, 12, ...new Array<number>(16).fill(0)],
  0xfd,
  0x92,
  0x02,
  0x1a,
  0x0b,
]);

/** Whether this browser or Node takes relaxed SIMD. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(RELAXED_PROBE);

/**
 * Fetches and compiles a build from the folder `wasmBase`.
 * @throws PlaygroundError as fetchWasm, or 'unsupported'
 */
export async function fetchEngineModule(build: EngineBuild, wasmBase: string): Promise<WebAssembly.Module> {
  return compileEngine(await fetchWasm(wasmBase, `engine-${build}.wasm`));
}

/** @throws PlaygroundError 'unsupported' when the bytes are not WASM that runs here */
export async function compileEngine(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new PlaygroundError(
      'unsupported',
      'This browser cannot run the integer engine: it needs WebAssembly SIMD and threads.',
      'Use a current Chrome, Edge, Firefox or Safari.',
      { cause },
    );
  }
}

/**
 * Instantiates over shared memory; every thread has its own instance.
 * @param stalled asked by the first thread while it waits for others: Patience of src/core/threads.ts
 */
export function instantiateEngine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stalled: (moved: number) => number = () => 0,
): EngineExports {
  return new WebAssembly.Instance(module, { env: { memory, stalled } }).exports as unknown as EngineExports;
}
