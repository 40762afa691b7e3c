// QatObserveMinMax and QatObserveScaled: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { ObserveMinMaxAttrs } from '../contract';
import { MINMAX_CHANNELS, MINMAX_TENSOR, UPDATE_RANGE } from './assembly/ids';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { f32, type KernelRuntime } from './runtime';

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
  const id = channels === 1 ? MINMAX_TENSOR : MINMAX_CHANNELS;
  runtime.run(id, items, [runtime.address(x), rows, channels, rowsPerItem, partial]);
  runtime.run(UPDATE_RANGE, 1, [
    ...[partial, items, channels, runtime.address(range), runtime.address(next)],
    ...[Number(mode === 'average'), f32(c), factor],
  ]);
  return [next];
}
