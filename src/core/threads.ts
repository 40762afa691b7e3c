// Threads: workers over one shared memory, their number, their start and their end. Whoever starts them works beside them
// inside WASM and cannot be told anything there, so it asks now and then whether those it waits for have stalled.
// Not for what they compute nor for how they share it: each kind has a worker of its own.
import { holdForLife, onFreed } from './life-lock';

/**
 * More than these never help: the kernels cut a product into some 16 items and the engine an image into a few dozen
 * units with a barrier after each layer, a quarter of a training step is shared by nobody, and tfjs's own pool holds 8.
 * Each costs a worker, some megabytes, and a core that others may need, however many the browser counts.
 */
const MOST_THREADS = 8;

/** Milliseconds until a worker that has not come up is given up. It loads its script from where the page came from. */
const START_LIMIT = 20_000;

/**
 * Milliseconds without progress after which a thread that is waited for counts as stopped. The longest piece of work, of
 * the largest batch on a slow phone, takes some 50. A thread that was only late costs speed when it is given up, not
 * correctness, because what it may yet write is never looked at again.
 */
const STALL_LIMIT = 5_000;
/**
 * Of the time between two looks, a few milliseconds on a quiet machine, no more than this counts: when it takes longer
 * this thread did not run either, since the machine sleeps or is busy.
 */
const LONGEST_LOOK = 100;

/** What a worker is told first, beside its task. */
export interface ThreadTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** What startThreads adds: the name of the lock that the worker holds as long as it lives. */
export interface ThreadLife {
  readonly life: string;
}

/** Workers that have come up and wait for work, or do it. */
export interface Threads {
  /** Fewer than were asked for where some did not come up. */
  readonly count: number;
  /** Sends each its message: with it, it enters WASM for good. */
  enter(message: (index: number) => unknown): void;
  /** Terminates all. One that is in the middle of something may write to the memory for some moments yet. */
  end(): void;
}

/**
 * The number of threads, the calling one among them, that are of use and can be watched here: at least 1.
 * @param wanted any number, such as the browser's count of cores, which may be missing
 */
export function usefulThreads(wanted: number | undefined): number {
  if (!globalThis.crossOriginIsolated || typeof Worker === 'undefined' || !navigator.locks) return 1;
  return Math.max(1, Math.min(MOST_THREADS, Math.floor(wanted ?? 1) || 1));
}

/**
 * Starts `count` workers and waits, not longer than START_LIMIT, until each is ready or has failed.
 * @param onStopped told when one throws or ends later on, where the caller's event loop gets to run; not after end()
 */
export async function startThreads(
  count: number,
  create: () => Worker,
  task: ThreadTask,
  onStopped: () => void,
): Promise<Threads> {
  const started = await Promise.all(Array.from({ length: count }, () => startThread(create, task)));
  const threads = started.filter((thread) => thread !== undefined);
  const ended = new AbortController();
  for (const { worker, life } of threads) {
    worker.onerror = (event) => {
      report(event);
      if (!ended.signal.aborted) onStopped();
    };
    onFreed(life, onStopped, ended.signal);
  }
  return {
    count: threads.length,
    enter: (message) => threads.forEach(({ worker }, index) => worker.postMessage(message(index))),
    end() {
      ended.abort();
      for (const { worker } of threads) worker.terminate();
    },
  };
}

interface Thread extends ThreadLife {
  readonly worker: Worker;
}

/** @returns undefined when the worker did not come up; it is then ended */
function startThread(create: () => Worker, task: ThreadTask): Promise<Thread | undefined> {
  const worker = create();
  const life = crypto.randomUUID();
  return new Promise((resolve) => {
    const giveUp = () => {
      worker.terminate();
      resolve(undefined);
    };
    const timer = setTimeout(giveUp, START_LIMIT);
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve({ worker, life });
    };
    worker.onerror = (event) => {
      clearTimeout(timer);
      report(event);
      giveUp();
    };
    worker.postMessage({ ...task, life });
  });
}

/** Handled here: else the whole page would count as broken. */
function report(event: ErrorEvent): void {
  event.preventDefault();
  console.warn(`A thread failed: ${event.message || 'its script could not be loaded'}.`);
}

/**
 * In a thread's worker, once it can enter WASM: says so, and holds the lock by which its owner hears of its end. Where
 * locks are refused the worker has failed.
 */
export function ready({ life }: ThreadLife): void {
  void holdForLife(life).then(() => self.postMessage('ready'), reportError);
}

/** One waiter's judgement of those it waits for; `stalled` is what WASM imports under this name. */
export class Patience {
  private waited = 0;
  private lookedAt = 0;

  /** @param moved not 0 where something was done since the last look, and at the first look of a wait @returns 0 or 1 */
  readonly stalled = (moved: number): number => {
    const now = performance.now();
    this.waited = moved ? 0 : this.waited + Math.min(now - this.lookedAt, LONGEST_LOOK);
    this.lookedAt = now;
    return Number(this.waited >= STALL_LIMIT);
  };
}
