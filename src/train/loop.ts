// Drives a Trainer over batches: schedule, pause, single step, stop, changed learning rate, validation, rollback.
// Not for the step itself (trainer.ts) nor for where batches come from (src/data).
import { PlaygroundError } from '../core/errors';
import type { TrainState } from './state';
import type { Batch, StepResult, Trainer } from './trainer';
import type { TrainEvent, TrainOptions } from './types';

/** What the visitor's buttons do to a running loop. */
export class TrainControl {
  learningRate: number;
  stopped = false;
  private paused = false;
  private allowedSteps = 0;
  private wake: () => void = () => {};

  constructor(learningRate: number) {
    this.learningRate = learningRate;
  }

  pause(): void {
    this.paused = true;
    this.allowedSteps = 0;
  }

  resume(): void {
    this.paused = false;
    this.wake();
  }

  /** Runs one step and pauses again. */
  step(): void {
    this.paused = true;
    this.allowedSteps++;
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  get waiting(): boolean {
    return this.paused && this.allowedSteps === 0 && !this.stopped;
  }

  /** Resolves when the next step may run or the run was stopped. */
  async turn(): Promise<void> {
    while (this.waiting) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.paused) this.allowedSteps--;
  }
}

export interface LoopContext {
  readonly trainer: Trainer;
  readonly batches: AsyncIterator<Batch>;
  readonly options: TrainOptions;
  readonly control: TrainControl;
  /** Accuracy 0..1 on the validation images, of the state as it is. */
  validate(): Promise<number>;
}

/**
 * Trains to options.steps; ends early when stopped. A loss that is no number rolls back to the last state known to be
 * good, and is thrown as PlaygroundError 'diverged'.
 */
export async function* trainLoop(context: LoopContext): AsyncGenerator<TrainEvent> {
  const { trainer, batches, options, control } = context;
  const { steps } = options;
  const clock = new Clock();
  const from = (share: number) => Math.round(share * steps);
  let good: TrainState = await trainer.snapshot();
  while (trainer.step < steps) {
    if (control.waiting) yield { type: 'paused', step: trainer.step };
    const waited = control.waiting;
    await clock.without(control.turn());
    if (control.stopped) return;
    if (waited) yield { type: 'resumed', step: trainer.step };

    const { step } = trainer;
    const mode = {
      bnFrozen: step >= from(options.freezeBnAt),
      observersFrozen: step >= from(options.freezeObserversAt),
    };
    if (step > 0 && step === from(options.freezeBnAt)) yield { type: 'bn-frozen', step };
    if (step > 0 && step === from(options.freezeObserversAt)) yield { type: 'observers-frozen', step };
    const { value: batch, done } = await batches.next();
    if (done) return;
    const { learningRate } = control;
    const { momentum, weightDecay } = options;
    let result: StepResult;
    try {
      result = await trainer.trainStep(batch, { lr: learningRate, momentum, weightDecay }, mode);
    } catch (error) {
      throw rolledBack(error, trainer, good);
    }
    const imagesPerSecond = clock.rate(options.batch);
    const secondsLeft = ((steps - trainer.step) * options.batch) / imagesPerSecond;
    yield { type: 'step', step: trainer.step, steps, ...result, learningRate, imagesPerSecond, secondsLeft };
    if (options.validateEvery > 0 && (trainer.step % options.validateEvery === 0 || trainer.step === steps)) {
      const accuracy = await clock.without(context.validate());
      yield { type: 'validation', step: trainer.step, accuracy, images: options.validationImages };
      good = await clock.without(trainer.snapshot());
    }
    // Lets messages (pause, stop, a new learning rate) in between two steps.
    await macrotask();
  }
}

function rolledBack(error: unknown, trainer: Trainer, good: TrainState): unknown {
  if (!(error instanceof PlaygroundError) || error.code !== 'diverged') return error;
  trainer.restore(good);
  return new PlaygroundError(error.code, `${error.message} The weights are back at step ${good.step}.`, error.hint, {
    cause: error,
  });
}

/** Images per second over the last steps, pauses and validations left out. */
class Clock {
  private readonly durations: number[] = [];
  private last = performance.now();

  async without<T>(work: Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work;
    this.last += performance.now() - start;
    return result;
  }

  rate(images: number): number {
    const now = performance.now();
    this.durations.push(now - this.last);
    this.last = now;
    const recent = this.durations.slice(-20);
    return (images * recent.length * 1000) / recent.reduce((sum, ms) => sum + ms, 0);
  }
}

/** Yields to the event loop without the throttling of timers in background tabs. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
