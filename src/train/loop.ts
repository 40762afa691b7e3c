// Drives a Trainer over batches: schedule, pause, single step, stop, changed learning rate, validation, states to keep.
// Not for the step itself (trainer.ts) nor for where batches come from (src/data).
import { PlaygroundError } from '../core/errors';
import { macrotask } from '../core/macrotask';
import { shareOfRate } from './annealing';
import { Clock } from './clock';
import { isLost, runsAway } from './divergence';
import { GoodStates, type StatesContext } from './good-states';
import { rateAt, recordRate } from './schedule';
import { unlessAborted, type Steering } from './steering';
import type { ForwardMode } from './train-forward';
import type { Batch, Trainer } from './trainer';
import type { Judgement, TrainEvent, TrainOptions } from './types';

/** The same words wherever it shows that a value is not finite: in the loss, in a state to be kept, in a validation. */
const UNBOUNDED = 'Weights, activations or the loss grew beyond all bounds';

export interface LoopContext extends StatesContext {
  readonly trainer: Pick<Trainer, 'step' | 'classes' | 'simulates' | 'trainStep' | 'peek' | 'snapshot'>;
  readonly batches: AsyncIterator<Batch>;
  readonly options: TrainOptions;
  readonly steering: Steering;
  /** What is done to the network after the last of all steps, before it is judged. As validate. */
  settle?(signal: AbortSignal): Promise<void>;
  /** Of the state as it is, on the validation images. Rejects with the signal's reason when aborted. */
  validate(signal: AbortSignal): Promise<Judgement>;
}

/**
 * Trains to options.steps, or as far as the run that is replayed; ends early when stopped, also while it waits for data.
 * States are kept now and then, at a pause, and as the result at the end, once one more loss has shown it to be one.
 * @throws PlaygroundError 'diverged' when the loss is no number or runs away: the state kept last is a good one
 */
export async function* trainLoop(context: LoopContext): AsyncGenerator<TrainEvent> {
  const { trainer, batches, options, steering, history } = context;
  const { replay, validateEvery, momentum, weightDecay } = options;
  const end = endOf(options);
  const clock = new Clock();
  const states = new GoodStates(context);
  const freezes = [
    ['bn-frozen', Math.round(options.freezeBnAt * options.steps)],
    // Observers that only observe are never frozen: see Trainer.
    ['observers-frozen', trainer.simulates ? Math.round(options.freezeObserversAt * options.steps) : Infinity],
  ] as const;
  const told = new Set<string>();
  const chosenAt = (step: number) => (replay ? rateAt(replay.schedule, step) : steering.learningRate);
  const rateOf = (chosen: number, step: number) => chosen * shareOfRate(options.schedule, step, options.steps);
  /** A batch that was asked for; a pause does not take it back. */
  let coming: Promise<IteratorResult<Batch>> | undefined;
  /** What the last step learned from. */
  let last: { readonly batch: Batch; readonly mode: ForwardMode } | undefined;

  const diverged = async (what: string, cause?: PlaygroundError) => {
    const good = await states.fallBack();
    const { step } = trainer;
    const before = Math.max(step - 1, 0);
    const rate = Number(rateOf(chosenAt(before), before).toPrecision(3));
    return new PlaygroundError(
      'diverged',
      `${what} (step ${step}, learning rate ${rate}, batch ${options.batch}).`,
      `Press Retry with a lower learning rate or, where the batch is small, with a larger one. Training goes on from step ${good}; what was learned up to there is kept.`,
      { cause },
    );
  };
  const bounded = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error: unknown) => {
      const unbounded = error instanceof PlaygroundError && error.code === 'diverged';
      throw unbounded ? await diverged(UNBOUNDED, error) : error;
    });
  /** What the last step did shows in no step's loss. Where this leg took none, its state was kept before. */
  const prove = async () => {
    if (!last) return;
    const { loss } = await bounded(trainer.peek(last.batch, last.mode));
    if (isLost(history.losses, loss, trainer.classes))
      throw await diverged(`The last step left a loss of ${brief(loss)}`);
  };
  const validationDue = () => {
    const { step } = trainer;
    const asked = validateEvery > 0 && step > 0 && (step % validateEvery === 0 || step === end);
    return asked && history.validations.at(-1)?.step !== step;
  };

  /** Again where it was broken off; a run that was stopped, and its control, stay as they are. */
  let settled = !context.settle;
  const settlingDue = () => !settled && trainer.step === options.steps;

  while (trainer.step < end || settlingDue() || validationDue()) {
    const waits = steering.waiting;
    if (waits) {
      yield { type: 'paused', step: trainer.step };
      yield* await clock.without(bounded(states.keepNow()));
    }
    await clock.without(steering.turn());
    if (steering.stopped) break;
    if (waits && !steering.paused) yield { type: 'resumed', step: trainer.step };
    const { interruption } = steering;

    // Due already where a pause broke it off.
    if (trainer.step < end && !validationDue()) {
      const { step } = trainer;
      coming ??= batches.next();
      const next = await unlessInterrupted(interruption, unlessAborted(interruption, coming));
      if (!next) continue;
      coming = undefined;
      if (next.done) break;
      for (const [type, from] of freezes) {
        if (from === 0 || step < from || told.has(type)) continue;
        told.add(type);
        yield { type, step: from };
      }
      const [bnFrozen, observersFrozen] = freezes.map(([, from]) => step >= from);
      const mode = { bnFrozen, observersFrozen };
      const chosen = chosenAt(step);
      const learningRate = rateOf(chosen, step);
      const sgd = { lr: learningRate, momentum, weightDecay };
      const { look, ...result } = await bounded(trainer.trainStep(next.value, sgd, mode, steering.takeClosely()));
      if (!Number.isFinite(result.loss)) throw await diverged(UNBOUNDED);
      last = { batch: next.value, mode };
      history.losses.push(result.loss);
      recordRate(history.schedule, step, chosen);
      const imagesPerSecond = clock.rate(options.batch);
      const secondsLeft = ((end - trainer.step) * options.batch) / imagesPerSecond;
      yield { type: 'step', step: trainer.step, steps: end, ...result, learningRate, imagesPerSecond, secondsLeft };
      if (look) yield { type: 'looked', step: trainer.step, loss: result.loss, rate: learningRate, look };
      if (runsAway(history.losses, trainer.classes)) throw await diverged(`The loss ran away to ${brief(result.loss)}`);
      if (trainer.step < end) yield* await clock.without(bounded(states.stepDone()));
      else await prove();
    }
    if (settlingDue()) {
      const settling = bounded(context.settle!(interruption)).then(() => true);
      settled = (await clock.without(unlessInterrupted(interruption, settling))) ?? false;
      if (!settled) continue;
      yield { type: 'bn-reestimated', step: trainer.step };
    }
    if (validationDue()) {
      const validating = bounded(context.validate(interruption));
      const judgement = await clock.without(unlessInterrupted(interruption, validating));
      if (!judgement) continue;
      const { integerSeconds, ...accuracies } = judgement;
      const validation = { step: trainer.step, ...accuracies, images: options.validationImages };
      history.validations.push(validation);
      yield { type: 'validation', ...validation, integerSeconds };
    }
    // Lets messages (pause, stop, a new learning rate) in between two steps.
    await macrotask();
  }
  if (trainer.step < end) await prove();
  if (trainer.step > 0) yield await bounded(states.keepResult());
}

/** Steps that a run takes when nobody stops it. */
export const endOf = ({ steps, replay }: TrainOptions): number => replay?.steps ?? steps;

/** undefined for work that gave way to a pause or a stop. */
const unlessInterrupted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  });

/** Three digits: 4.13, 9.06e+21. */
const brief = (loss: number): string => loss.toPrecision(3);
