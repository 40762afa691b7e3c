// Drives a Trainer over batches: schedule, pause, single step, stop, changed learning rate, validation, states to keep.
// Not for the step itself (trainer.ts) nor for where batches come from (src/data).
import { PlaygroundError } from '../core/errors';
import { runsAway } from './divergence';
import { GoodStates, type StatesContext } from './good-states';
import { recordRate } from './schedule';
import type { Batch, Trainer } from './trainer';
import type { TrainEvent, TrainOptions } from './types';

/** What the visitor's buttons do to a running loop. */
export class TrainControl {
  learningRate: number;
  stopped = false;
  paused = false;
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

export interface LoopContext extends StatesContext {
  readonly trainer: Pick<Trainer, 'step' | 'trainStep' | 'snapshot'>;
  readonly batches: AsyncIterator<Batch>;
  readonly options: TrainOptions;
  readonly control: TrainControl;
  /** Accuracy 0..1 on the validation images, of the state as it is. */
  validate(): Promise<number>;
}

/**
 * Trains to options.steps; ends early when stopped. States are kept now and then and at a pause; the one at the end is
 * the caller's to keep.
 * @throws PlaygroundError 'diverged' when the loss is no number or runs away: the state kept last is a good one
 */
export async function* trainLoop(context: LoopContext): AsyncGenerator<TrainEvent> {
  const { trainer, batches, options, control, history } = context;
  const { steps } = options;
  const clock = new Clock();
  const states = new GoodStates(context);
  const freezes = [
    ['bn-frozen', Math.round(options.freezeBnAt * steps)],
    ['observers-frozen', Math.round(options.freezeObserversAt * steps)],
  ] as const;
  const told = new Set<string>();
  const bounded = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error: unknown) => {
      const unbounded = error instanceof PlaygroundError && error.code === 'diverged';
      throw unbounded ? await states.fallBack('Weights or activations grew beyond all bounds') : error;
    });
  while (trainer.step < steps) {
    const waits = control.waiting;
    if (waits) {
      yield { type: 'paused', step: trainer.step };
      yield* await clock.without(states.keepNow());
    }
    await clock.without(control.turn());
    if (control.stopped) return;
    if (waits && !control.paused) yield { type: 'resumed', step: trainer.step };

    const { step } = trainer;
    for (const [type, from] of freezes) {
      if (from === 0 || step < from || told.has(type)) continue;
      told.add(type);
      yield { type, step: from };
    }
    const [bnFrozen, observersFrozen] = freezes.map(([, from]) => step >= from);
    const { value: batch, done } = await batches.next();
    if (done) return;
    const { learningRate } = control;
    const { momentum, weightDecay } = options;
    const sgd = { lr: learningRate, momentum, weightDecay };
    const result = await bounded(trainer.trainStep(batch, sgd, { bnFrozen, observersFrozen }));
    if (!Number.isFinite(result.loss)) throw await states.fallBack('The loss stopped being a number');
    history.losses.push(result.loss);
    recordRate(history.schedule, step, learningRate);
    const imagesPerSecond = clock.rate(options.batch);
    const secondsLeft = ((steps - trainer.step) * options.batch) / imagesPerSecond;
    yield { type: 'step', step: trainer.step, steps, ...result, learningRate, imagesPerSecond, secondsLeft };
    if (runsAway(history.losses)) throw await states.fallBack('The loss ran away, far above that of guessing');
    if (options.validateEvery > 0 && (trainer.step % options.validateEvery === 0 || trainer.step === steps)) {
      const accuracy = await clock.without(bounded(context.validate()));
      const validation = { step: trainer.step, accuracy, images: options.validationImages };
      history.validations.push(validation);
      yield { type: 'validation', ...validation };
    }
    if (trainer.step < steps) yield* await clock.without(states.stepDone());
    // Lets messages (pause, stop, a new learning rate) in between two steps.
    await macrotask();
  }
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
