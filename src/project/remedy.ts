// Which options a failed step should be retried with. Not for explaining the failure: its message does.
import type { ErrorCode } from '../core/errors';
import { choiceFault, type Recipe } from '../recipe/recipe';
import type { StepId } from './steps';

/** Options likely to succeed where these failed; undefined when no option that the failed step still reads helps. */
export function remedyFor(
  step: StepId,
  code: ErrorCode,
  { batch, learningRate }: Pick<Recipe, 'batch' | 'learningRate'>,
): Partial<Recipe> | undefined {
  // Of these the train step is the only reader; any other step works on what was trained with them.
  if (step !== 'train') return undefined;
  const gentler = Number((learningRate / 10).toPrecision(3));
  if (code === 'diverged' && !choiceFault('learningRate', gentler)) return { learningRate: gentler };
  if (code === 'out-of-memory' && batch > 1) return { batch: Math.floor(batch / 2) };
  return undefined;
}
