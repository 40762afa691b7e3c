// Starts tfjs's WASM backend, with our kernels or as it comes, and finds the way down where threads or their shared memory
// cannot be had. Not for choosing the backend (backend.ts) nor for our own threads (../wasm/pool.ts).
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, type BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { PlaygroundError } from '../../core/errors';
import { within } from '../../core/time-limit';
import { registerWasmKernels, wasmBackend } from '../wasm';
import { isShared } from '../wasm/module';
import { tfjsMemory } from '../wasm/runtime';
import { watchAllocations, watchDevice, type Allocator } from './health';
import { provideTfjsModule } from './tfjs-module';

/** Milliseconds for tfjs to compile its module and start its threads, for which it would wait without end. */
const START_LIMIT = 30_000;
/** Pages of memory that tfjs begins with. */
const INITIAL_PAGES = 256;
/** Whether tfjs is to take its build for shared memory where the page may have such memory. */
const SHARED = 'WASM_HAS_MULTITHREAD_SUPPORT';

const makeBackend = tf.findBackendFactory('wasm');

/** tfjs on WASM with our kernels. @param threads wanted @returns threads used */
export async function startWasm(wasmBase: string, threads: number): Promise<number> {
  await startStockWasm(wasmBase, threads);
  watchDevice();
  watchAllocations(wasmBackend().wasm as unknown as Allocator);
  return registerWasmKernels({ wasmBase, threads });
}

/** Whether tfjs runs its build for shared memory. */
export const sharesMemory = (): boolean => isShared(tfjsMemory(wasmBackend()));

/**
 * tfjs-wasm as it comes, without our kernels: the FP32 peer. A backend that runs already is replaced.
 * @throws PlaygroundError of the download, or 'out-of-memory' or 'unsupported' when not even the build without threads starts
 */
export async function startStockWasm(wasmBase: string, threads: number): Promise<void> {
  setThreadsCount(threads);
  let failure = await start(wasmBase);
  // Shared memory reserves at once all that it may ever grow to, for tfjs 4 GiB: not every machine has room for that.
  if (failure && (await tf.env().getAsync(SHARED))) {
    tf.env().set(SHARED, false);
    failure = await start(wasmBase);
  }
  if (failure) throw explain(failure.cause);
}

/** @returns undefined when it has started; @throws PlaygroundError where the module cannot be had */
async function start(wasmBase: string): Promise<{ cause: unknown } | undefined> {
  await provideTfjsModule(wasmBase);
  const threaded = await tf.env().getAsync(SHARED);
  let failure: { cause: unknown } | undefined;
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () =>
    withLimit(makeBackend() as Promise<BackendWasm>, threaded === true).catch((cause: unknown) => {
      failure = { cause };
      throw cause;
    }),
  );
  return (await tf.setBackend('wasm')) ? undefined : (failure ?? { cause: undefined });
}

let onThreadError: (error: Error) => void = () => {};
/**
 * What happens to the threads that tfjs starts, from blobs, it throws where nobody can catch it: it would be taken for
 * the end of this worker.
 */
globalThis.addEventListener?.('error', (event) => {
  if (!(event.error instanceof Event) && !event.filename.startsWith('blob:')) return;
  event.preventDefault();
  console.warn(`A thread of TensorFlow.js failed: ${event.message}`);
  onThreadError(new Error(event.message));
});

/**
 * The work's outcome; an error when it fails, or after START_LIMIT. @param threaded a thread of tfjs that fails is a
 * failure too; without threads, all that is heard of them comes late, from a start before this one
 */
function withLimit<T>(work: Promise<T>, threaded: boolean): Promise<T> {
  const failed = new Promise<never>((_, reject) => (onThreadError = threaded ? reject : () => {}));
  const late = () => new Error(`tfjs did not start within ${START_LIMIT} ms`);
  return within(Promise.race([work, failed]), START_LIMIT, late);
}

function explain(cause: unknown): PlaygroundError {
  if (cause instanceof RangeError || !hasMemory())
    return new PlaygroundError(
      'out-of-memory',
      'The browser has no memory left to train in.',
      'Close other tabs and programs, then press Retry.',
      { cause },
    );
  return new PlaygroundError(
    'unsupported',
    'TensorFlow.js could not start its WASM backend.',
    'Reload the page; if it happens again, use a current version of Chrome, Edge or Firefox.',
    { cause },
  );
}

/** tfjs says of every failure that its file could not be served: whether memory was the reason has to be tried. */
function hasMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: INITIAL_PAGES }).buffer.byteLength > 0;
  } catch {
    return false;
  }
}
