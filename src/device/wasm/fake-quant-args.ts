// The arguments that fake-quant and its gradient share and how their work is cut.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantAttrs } from '../contract';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import { packQParams } from './qparams';
import type { KernelRuntime } from './runtime';
import type { Arguments } from './work';

/**
 * Items and arguments, and the address of a further area: `floatsPerItem` for each item. Uses scratch memory.
 */
export function fakeQuantArgs(
  runtime: KernelRuntime,
  x: TensorInfo,
  dy: TensorInfo | null,
  out: TensorInfo,
  range: TensorInfo,
  attrs: FakeQuantAttrs,
  floatsPerItem = 0,
): { items: number; args: Arguments<'fakeQuant'>; partial: number } {
  const size = sizeOf(x);
  const ranges = range.shape[1];
  const sizePerItem = ranges === 1 ? ITEM_FLOATS : Math.ceil(ITEM_FLOATS / ranges) * ranges;
  const items = Math.ceil(size / sizePerItem);
  const { qparams, channels, more } = packQParams(runtime, range, attrs, items * floatsPerItem * 4);
  return {
    items,
    partial: more[0],
    args: {
      ...runtime.addresses({ x, out }),
      dy: dy ? runtime.address(dy) : 0,
      size,
      sizePerItem,
      channels,
      ...qparams,
    },
  };
}
