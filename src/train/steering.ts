// What the visitor's buttons do to a running loop: pause, one step, stop, another learning rate.
// Not for the loop itself: loop.ts.

export class Steering {
  learningRate: number;
  stopped = false;
  paused = false;
  private allowedSteps = 0;
  private closely: string | undefined;
  private wake: () => void = () => {};
  private interrupting = new AbortController();

  constructor(learningRate: number) {
    this.learningRate = learningRate;
  }

  pause(): void {
    this.paused = true;
    this.allowedSteps = 0;
    this.interrupting.abort();
    this.interrupting = new AbortController();
  }

  resume(): void {
    this.paused = false;
    this.wake();
  }

  /** Runs one step and pauses again. @param closely the layer that is looked at meanwhile */
  step(closely?: string): void {
    this.paused = true;
    this.allowedSteps++;
    this.closely = closely;
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    this.interrupting.abort();
    this.wake();
  }

  /** The layer that the step which now runs is to be looked at in; told once. */
  takeClosely(): string | undefined {
    const { closely } = this;
    this.closely = undefined;
    return closely;
  }

  get waiting(): boolean {
    return this.paused && this.allowedSteps === 0 && !this.stopped;
  }

  /** Aborted by the next pause or stop: for whatever may take long, as data that do not come. */
  get interruption(): AbortSignal {
    return this.interrupting.signal;
  }

  /** Resolves when the next step may run or the run was stopped. */
  async turn(): Promise<void> {
    while (this.waiting) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.paused) this.allowedSteps--;
  }
}

/** What the work gives; rejects with the signal's reason when that is aborted first, and the work is let go. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
