// One leg of a training run: from a checkpoint until the run ends or fails; what was kept last begins the next leg.
// Not for the steps (loop.ts), nor for where checkpoints are stored.
import { PlaygroundError } from '../core/errors';
import { trainBatches, type ImageSource } from '../data/batches';
import type { Graph } from '../graph/types';
import type { QatGraph } from '../quant/types';
import type { Checkpoint } from './checkpoint';
import { checkDevice, tensorCount } from './device';
import { trainLoop, type TrainControl } from './loop';
import { rateChangesUpTo } from './schedule';
import { Trainer } from './trainer';
import type { RunHistory, TrainEvent, TrainOptions, TrainResult } from './types';

/** A state takes a second to read and store; this much work may be lost instead. */
const CHECKPOINT_SECONDS = 20;
/** Whoever leaves early finds something to go on from. */
const FIRST_CHECKPOINT_SECONDS = 3;

export interface RunContext {
  readonly graph: Graph | QatGraph;
  readonly start: Checkpoint;
  readonly options: TrainOptions;
  readonly data: ImageSource;
  readonly control: TrainControl;
  /** Accuracy 0..1 on the validation images. */
  validate(trainer: Trainer): Promise<number>;
  /** Keeps a checkpoint, the last of which holds the result, and says whether it was stored. */
  keep(checkpoint: Checkpoint): Promise<TrainEvent>;
  onEvent(event: TrainEvent): void;
}

/**
 * Goes on from a checkpoint, bit for bit as if the run had not been interrupted; one that holds a result is over.
 * @throws PlaygroundError 'diverged', 'stopped' (before the first step), 'device-lost', 'thread-lost', 'out-of-memory',
 * or of the data
 */
export async function continueRun(context: RunContext): Promise<TrainResult> {
  const { graph, start, options, data, control, onEvent } = context;
  const { batch, seed, steps } = options;
  const { step } = start.state;
  const history = upTo(step, start.history);
  onEvent({ type: 'restored', step, steps, history: start.history });
  if (start.result) return start.result;
  const trainer = new Trainer(graph, start.state);
  const batches = trainBatches(data, { batch, seed, startStep: step });
  const tensorsAtStart = tensorCount();
  let imagesPerSecond = 0;
  try {
    const loop = trainLoop({
      ...{ trainer, batches, options, control, history, start: start.state },
      ...{ firstCheckpoint: FIRST_CHECKPOINT_SECONDS, checkpointEvery: CHECKPOINT_SECONDS },
      validate: () => context.validate(trainer),
      keep: (state) => context.keep({ state, history: upTo(state.step, history) }),
    });
    for await (const event of loop) {
      checkDevice();
      if (event.type === 'step') ({ imagesPerSecond } = event);
      onEvent(event);
    }
    if (trainer.step === 0)
      throw new PlaygroundError('stopped', 'Training was stopped before its first step.', 'Run the step again.');
    const result = {
      ...{ steps: trainer.step, finished: trainer.step >= steps, losses: Float32Array.from(history.losses) },
      ...{ schedule: history.schedule, imagesPerSecond, tensorsAtStart, tensorsAtEnd: tensorCount() },
    };
    const state = await trainer.snapshot();
    onEvent(await context.keep({ state, history, result }));
    return result;
  } finally {
    await batches.return(undefined as never);
    trainer.dispose();
  }
}

/** A copy of the curves up to a step. */
function upTo(step: number, { losses, validations, schedule }: RunHistory): RunHistory {
  return {
    losses: losses.slice(0, step),
    validations: validations.filter((validation) => validation.step <= step),
    schedule: rateChangesUpTo(schedule, step),
  };
}
