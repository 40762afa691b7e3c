// Which options a failed step should be retried with. Not for explaining the failure: its message does.
import type { ErrorCode } from '../core/errors';
import type { RunOptions } from '../report/types';

/** Options likely to succeed where these failed; undefined when changing options does not help. */
export function remedyFor(
  code: ErrorCode,
  { batch, learningRate }: Pick<RunOptions, 'batch' | 'learningRate'>,
): Partial<RunOptions> | undefined {
  if (code === 'diverged') return { learningRate: Number((learningRate / 10).toPrecision(3)) };
  if (code === 'out-of-memory' && batch > 1) return { batch: Math.floor(batch / 2) };
  return undefined;
}
