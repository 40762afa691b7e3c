// The engine's other threads: workers over the same shared memory that wait inside WASM for work.
// Not for splitting work (assembly/run.ts) nor for single-threaded pages: there are then no workers at all.
import { startThreads, type ThreadTask, type Threads } from '../core/threads';

/** What a worker is told to begin with: which thread it is, 1..threads-1. */
export interface ThreadPlace {
  readonly thread: number;
  readonly threads: number;
}

/** Up to `count` workers that wait for work, each in its place. */
export async function startEngineThreads(count: number, task: ThreadTask, onStopped: () => void): Promise<Threads> {
  const create = () => new Worker(new URL('./thread.worker.ts', import.meta.url), { type: 'module' });
  const threads = await startThreads(count, create, task, onStopped);
  threads.enter((index): ThreadPlace => ({ thread: 1 + index, threads: 1 + threads.count }));
  return threads;
}
