// The engine's other threads: workers over the same shared memory that wait inside WASM for work.
// Not for splitting work (assembly/run.ts) nor for single-threaded pages: there are then no workers at all.
import type { EngineExports } from './wasm-module';

/** First message to a worker. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
}

/** Threads that can share memory here: 1 where the page is not cross-origin isolated. */
export function availableThreads(wanted: number): number {
  return globalThis.crossOriginIsolated && typeof Worker !== 'undefined' ? Math.max(1, Math.floor(wanted)) : 1;
}

/** Workers 1..threads-1, waiting for work. @returns what ends them */
export async function startThreads(start: Omit<ThreadStart, 'thread'>, engine: EngineExports): Promise<() => void> {
  const workers = await Promise.all(
    Array.from({ length: start.threads - 1 }, (_, index) => startThread({ ...start, thread: index + 1 })),
  );
  return () => {
    if (workers.length === 0) return;
    engine.publish(0);
    for (const worker of workers) worker.terminate();
  };
}

function startThread(start: ThreadStart): Promise<Worker> {
  const worker = new Worker(new URL('./thread.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => reject(new Error(`engine thread ${start.thread}: ${event.message}`));
    worker.postMessage(start);
  });
}
