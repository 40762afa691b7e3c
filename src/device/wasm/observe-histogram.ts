// QatObserveHistogram: see the contract. Bit for bit src/quant/histogram-observer.ts: values are read by work items, the
// few thousand bins are moved to a wider range here. Not for the range searched in a histogram.
import { isUnseen } from '../../core/qparams';
import { rescale } from '../../quant/histogram';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

/** Work items of a tensor, at most: each has counts of its own, which are added up after. */
const MOST_ITEMS = 16;
/** Counts per bin of an item: one for each lane of a vector (assembly/histogram.ts). */
const LANES = 4;

/** x, counts [bins], range [2] -> [counts, range]. */
export const observeHistogram: WasmKernel<'QatObserveHistogram'> = ({ x, counts, range }, _, runtime) => {
  const bins = sizeOf(counts);
  const nextCounts = runtime.output(counts.shape);
  const nextRange = runtime.output(range.shape);
  const size = sizeOf(x);
  const sizePerItem = Math.max(ITEM_FLOATS, Math.ceil(size / MOST_ITEMS));
  const items = Math.ceil(size / sizePerItem);
  const [ends, tables] = runtime.scratch(items * 12, items * (bins + 1) * LANES * 4);
  const values = { x: runtime.address(x), size, sizePerItem };

  runtime.run('finiteMinMax', items, { ...values, partial: ends });
  const ranges = runtime.addresses({ range, next: nextRange });
  const widest = { average: 0, c: 0, factor: 0 };
  runtime.run('updateRange', 1, { partial: ends, parts: items, channels: 1, ...ranges, ...widest });
  const [min, max] = runtime.floats(range);
  const [nextMin, nextMax] = runtime.floats(nextRange);
  const before = runtime.floats(counts);
  const isSame = isUnseen(min, max) || (min === nextMin && max === nextMax);
  runtime.floats(nextCounts).set(isSame ? before : rescale({ counts: before, min, max }, nextMin, nextMax));

  const [low, high] = nextMin === nextMax ? [nextMin - 1, nextMax + 1] : [nextMin, nextMax];
  runtime.run('countBins', items, { ...values, low, high, bins, tables });
  runtime.run('addCounts', 1, { tables, items, bins, counts: runtime.address(nextCounts) });
  return [nextCounts, nextRange];
};
