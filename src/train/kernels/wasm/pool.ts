// Starts the threads that share the kernels' work, one worker each. Not for how they share it: see assembly/pool.ts.

/** What a pool worker needs to run the module in the same memory. */
export interface PoolTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control block. */
  readonly control: number;
}

/** Workers that serve until they are ended. */
export interface Pool {
  end(): void;
}

/** Starts `count` workers and waits until each is about to serve. */
export async function startPool(count: number, task: PoolTask): Promise<Pool> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./pool.worker.ts', import.meta.url), { type: 'module' }),
  );
  const end = () => workers.forEach((worker) => worker.terminate());
  const serving = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.onmessage = () => resolve();
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(task);
      }),
  );
  try {
    await Promise.all(serving);
  } catch (cause) {
    end();
    throw cause;
  }
  return { end };
}
