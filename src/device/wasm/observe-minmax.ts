// QatObserveMinMax and QatObserveScaled: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { ObserveMinMaxAttrs } from '../contract';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import type { KernelRuntime } from './runtime';

/** x [..., C], range [2, 1] or [2, C] -> the new range. */
export const observeMinMax: WasmKernel<'QatObserveMinMax'> = ({ x, range }, attrs, runtime) =>
  observe(runtime, x, range, 0, attrs);

/** x [..., C], factor [C], range [2, C] -> the new range of x * factor. */
export const observeScaled: WasmKernel<'QatObserveScaled'> = ({ x, factor, range }, attrs, runtime) =>
  observe(runtime, x, range, runtime.address(factor), attrs);

/** @param factor its address; 0 for none */
function observe(
  runtime: KernelRuntime,
  x: TensorInfo,
  range: TensorInfo,
  factor: number,
  { mode, c }: ObserveMinMaxAttrs,
): [range: TensorInfo] {
  const channels = range.shape[1];
  const next = runtime.output([2, channels]);
  const rows = sizeOf(x) / channels;
  // Each item leaves a few numbers per channel: with many channels, longer items keep those few beside the elements.
  const rowsPerItem = Math.max(Math.ceil(ITEM_FLOATS / channels), 128);
  const items = Math.ceil(rows / rowsPerItem);
  const [partial] = runtime.scratch(items * 3 * channels * 4);
  const work = channels === 1 ? 'minMaxTensor' : 'minMaxChannels';
  runtime.run(work, items, { x: runtime.address(x), rows, channels, rowsPerItem, partial });
  runtime.run('updateRange', 1, {
    partial,
    parts: items,
    channels,
    ...runtime.addresses({ range, next }),
    average: Number(mode === 'average'),
    c,
    factor,
  });
  return [next];
}
