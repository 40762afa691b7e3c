// One leg of a training run: from where it was kept until it ends or fails; what was kept last begins the next leg.
// Not for the steps (loop.ts), nor for where what is kept is stored.
import { PlaygroundError } from '../core/errors';
import { trainBatches } from '../data/batches';
import type { ImageSource } from '../data/source';
import { checkDevice, tensorCount } from '../device/start/health';
import type { Graph } from '../graph/types';
import type { QatGraph } from '../quant/types';
import type { KeptRun } from './kept-run';
import { endOf, trainLoop } from './loop';
import { plainBatches } from './reestimate';
import { rateChangesUpTo } from './schedule';
import type { TrainState } from './state';
import { stateLayout } from './state-layout';
import { unlessAborted, type Steering } from './steering';
import { Trainer, type Teacher } from './trainer';
import type { Judgement, RunHistory, TrainEvent, TrainOptions, TrainResult } from './types';

/** A state takes a second to read and store; this much work may be lost instead. */
const KEEP_EVERY_SECONDS = 20;
/** Whoever leaves early finds something to go on from. */
const KEEP_FIRST_AFTER_SECONDS = 3;

export interface RunContext {
  readonly graph: Graph | QatGraph;
  readonly start: KeptRun;
  readonly options: TrainOptions;
  /** Of options.distillation. */
  readonly teacher?: Teacher;
  readonly data: ImageSource;
  readonly steering: Steering;
  /** Of the validation images, which come from `data` unless a pause or a stop comes first. */
  validate(trainer: Trainer, data: ImageSource): Promise<Judgement>;
  /** Keeps the run as it is, with its result at the end, and says whether it was stored. */
  keep(run: KeptRun): Promise<TrainEvent>;
  onEvent(event: TrainEvent): void;
}

/**
 * Goes on with a kept run, bit for bit as if it had not been interrupted; one that holds a result is over.
 * A run that replays another's rates has nothing to be retried with: where it diverges it ends with its last good state.
 * @throws PlaygroundError 'diverged', 'stopped' (before the first step), 'bad-argument' (see Trainer), of the device or of
 * the data
 */
export async function continueRun(context: RunContext): Promise<TrainResult> {
  const { graph, start, options, teacher, data, steering, onEvent } = context;
  const { batch, seed, augmentation } = options;
  const end = endOf(options);
  const { step } = start.state;
  const history = upTo(step, start.history);
  onEvent({ type: 'restored', step, steps: end, history: start.history });
  if (start.result) return start.result;
  const trainer = new Trainer(graph, start.state, { ...options, teacher });
  const batches = trainBatches(data, { batch, seed, augmentation, startStep: step });
  const reestimates = options.reestimateBatchNorm > 0 && stateLayout(graph).running.size > 0;
  const tensorsAtStart = tensorCount();
  let imagesPerSecond = 0;
  let kept: KeptRun = start;
  /** Only what a sound device computed is kept. */
  const keep = async (state: TrainState, how?: { readonly diverged: boolean }): Promise<TrainEvent> => {
    await checkDevice();
    const { losses, ...rest } = upTo(state.step, history);
    const result = how && {
      ...{ steps: state.step, finished: state.step >= end, ...how, losses: Float32Array.from(losses) },
      ...{ schedule: rest.schedule, imagesPerSecond, tensorsAtStart, tensorsAtEnd: tensorCount() },
    };
    kept = { state, history: { losses, ...rest }, result };
    return context.keep(kept);
  };
  try {
    const { reestimateBatchNorm: images } = options;
    const loop = trainLoop({
      ...{ trainer, batches, options, steering, history, start: start.state },
      ...{ keepFirstAfter: KEEP_FIRST_AFTER_SECONDS, keepEvery: KEEP_EVERY_SECONDS },
      settle: reestimates ? (signal) => trainer.reestimate(plainBatches(letGo(data, signal), images)) : undefined,
      validate: (signal) => context.validate(trainer, letGo(data, signal)),
      keep: (state, ended) => keep(state, ended ? { diverged: false } : undefined),
    });
    for await (const event of loop) {
      await checkDevice();
      if (event.type === 'step') ({ imagesPerSecond } = event);
      onEvent(event);
    }
  } catch (error) {
    if (!(options.replay && error instanceof PlaygroundError && error.code === 'diverged')) throw error;
    onEvent(await keep(kept.state, { diverged: true }));
  } finally {
    // Not awaited: it ends after the batch that it may be waiting for.
    batches.return(undefined as never).catch(() => {});
    trainer.dispose();
  }
  if (!kept.result)
    throw new PlaygroundError('stopped', 'Training was stopped before its first step.', 'Run the step again.');
  return kept.result;
}

/** Data that need not be waited for once the signal is aborted. */
const letGo = (data: ImageSource, signal: AbortSignal): ImageSource => ({
  ...{ spec: data.spec, block: data.block },
  size: (split) => data.size(split),
  images: (...range) => unlessAborted(signal, data.images(...range)),
});

/** A copy of the curves up to a step. */
function upTo(step: number, { losses, validations, schedule }: RunHistory): RunHistory {
  return {
    losses: losses.slice(0, step),
    validations: validations.filter((validation) => validation.step <= step),
    schedule: rateChangesUpTo(schedule, step),
  };
}
