// The defaults of a run and what a visitor may choose. Not for the page's controls.
import { PlaygroundError } from '../core/errors';
import type { RunOptions } from '../report/types';
import type { TrainOptions } from '../worker/api';

export const DEFAULT_OPTIONS: RunOptions = {
  backend: 'auto',
  steps: 60,
  batch: 32,
  learningRate: 3e-5,
  weightBits: 8,
  activationBits: 8,
  images: 10_000,
  seed: 0,
  qconfig: 'fbgemm_qat',
  fuseAddRelu: true,
};

/**
 * Shares of the steps (0..1) after which batch norm and observers are frozen. PyTorch's tutorial freezes them after 3 and
 * 4 of 8 epochs. Where weights and activations keep 8 bits the statistics hardly move, and a few small batches add more
 * noise to them than they correct: batch norm then is frozen from the first step.
 */
export function freezeSchedule({
  weightBits,
  activationBits,
}: Pick<RunOptions, 'weightBits' | 'activationBits'>): Pick<TrainOptions, 'freezeBnAt' | 'freezeObserversAt'> {
  return { freezeBnAt: Math.min(weightBits, activationBits) === 8 ? 0 : 3 / 8, freezeObserversAt: 4 / 8 };
}

const INTEGER_RANGES: readonly [keyof RunOptions, number, number][] = [
  ['steps', 1, 100_000],
  ['batch', 1, 512],
  ['weightBits', 2, 8],
  ['activationBits', 2, 8],
  ['images', 1, 10_000],
  ['seed', 0, 2 ** 32 - 1],
];

/** @throws PlaygroundError naming the first option out of its range */
export function checkOptions(options: RunOptions): void {
  for (const [name, low, high] of INTEGER_RANGES) {
    const value = options[name] as number;
    if (!Number.isInteger(value) || value < low || value > high)
      throw new PlaygroundError(
        'bad-argument',
        `${name} is ${value}.`,
        `Choose a whole number from ${low} to ${high}.`,
      );
  }
  const { learningRate } = options;
  if (!(learningRate > 0 && learningRate <= 1))
    throw new PlaygroundError(
      'bad-argument',
      `learningRate is ${learningRate}.`,
      'Choose a number above 0, at most 1.',
    );
}
