// When a run freezes batch norm and observers. Not for freezing them: src/train.
import type { Recipe } from '../recipe/recipe';
import type { TrainOptions } from '../worker/api';

/**
 * Shares of the steps (0..1) after which batch norm and observers are frozen. PyTorch's tutorial freezes them after 3 and
 * 4 of 8 epochs. Where activations keep 8 bits their statistics hardly move, and small batches add more noise to them than
 * they correct: batch norm then is frozen from the first step. Measured: docs/quantization.md.
 */
export function freezeSchedule({
  activationBits,
}: Pick<Recipe, 'activationBits'>): Pick<TrainOptions, 'freezeBnAt' | 'freezeObserversAt'> {
  return { freezeBnAt: activationBits === 8 ? 0 : 3 / 8, freezeObserversAt: 4 / 8 };
}
