// Trainings in a laboratory, for its tests.
import type { ParamStore } from '../core/params';
import type { Graph } from '../graph/types';
import { freshRun } from '../train/kept-run';
import type { TrainState } from '../train/state';
import { Steering } from '../train/steering';
import type { TrainOptions } from '../train/types';
import type { Lab } from './lab';

/** Trains a graph of a laboratory. @returns the state at the end */
export async function train(
  lab: Lab,
  graph: Graph,
  options: TrainOptions,
  params: ParamStore = lab.model.params,
): Promise<TrainState> {
  let kept = freshRun(params);
  await lab.train({
    ...{ graph, start: () => kept, options, steering: new Steering(options.learningRate) },
    keep: async (run) => {
      kept = run;
      return { type: 'saved', step: run.state.step };
    },
    onEvent: () => {},
  });
  return kept.state;
}

/** Few steps of SGD, everything trained along. */
export const FEW_STEPS: TrainOptions = {
  ...{ kind: 'qat', steps: 6, batch: 16, learningRate: 5e-3, momentum: 0.9, weightDecay: 1e-4, seed: 1 },
  ...{ distillation: 0, averaging: 0, optimizer: 'sgd', schedule: 'constant', oscillations: 'leave' },
  ...{ augmentation: 'crops_and_flips', reestimateBatchNorm: 0, validateEvery: 0, validationImages: 0 },
  ...{ freezeBnAt: 1, freezeObserversAt: 1 },
};
