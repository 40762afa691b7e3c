// How few images batch norm can learn from. Not for how many memory holds.
import { PlaygroundError } from '../core/errors';
import type { Graph } from '../graph/types';

/** Values that batch norm has of each channel of an image, where its maps are smallest; infinite without batch norm. */
function valuesPerImage({ nodes }: Graph): number {
  const maps = nodes.filter((node) => 'bn' in node && node.bn).map(({ out }) => out.h * out.w);
  return Math.min(...maps);
}

/**
 * One value has no variance: batch norm would put its offset in the place of everything, and keep 0 as the variance.
 * @param frozen batch norm keeps its statistics: then any batch will do
 * @throws PlaygroundError 'bad-argument' below two values, as PyTorch does ("Expected more than 1 value per channel")
 */
export function checkBatch(graph: Graph, images: number, frozen: boolean): void {
  const values = images * valuesPerImage(graph);
  if (frozen || values > 1) return;
  throw new PlaygroundError(
    'bad-argument',
    `A batch of ${images} is too small: batch norm measures the variance of each channel, and the smallest maps give it one value.`,
    'Choose a batch of at least 2 pictures, better 8 or more, and press Retry.',
  );
}
