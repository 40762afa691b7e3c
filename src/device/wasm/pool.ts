// Starts the threads that share the kernels' work, one worker each. Not for how they share it: see assembly/pool.ts.
import { startThreads, type ThreadTask, type Threads } from '../../core/threads';

/** Starts `count` workers. Each serves the control block (assembly/pool.ts) whose address it is sent on entering. */
export function startPool(count: number, task: ThreadTask, onStopped: () => void): Promise<Threads> {
  const create = () => new Worker(new URL('./pool.worker.ts', import.meta.url), { type: 'module' });
  return startThreads(count, create, task, onStopped);
}
