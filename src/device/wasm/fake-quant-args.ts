// The arguments that fake-quant and its gradient share and how their work is cut.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantAttrs } from '../contract';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import { packQParams } from './qparams';
import type { KernelRuntime } from './runtime';
import type { Arguments } from './work';

/** Items and arguments. Uses scratch memory. */
export function fakeQuantArgs(
  runtime: KernelRuntime,
  x: TensorInfo,
  dy: TensorInfo | null,
  out: TensorInfo,
  range: TensorInfo,
  attrs: FakeQuantAttrs,
): { items: number; args: Arguments<'fakeQuant'> } {
  const { qparams, channels } = packQParams(runtime, range, attrs);
  const size = sizeOf(x);
  const sizePerItem = channels ? Math.ceil(ITEM_FLOATS / channels) * channels : ITEM_FLOATS;
  return {
    items: Math.ceil(size / sizePerItem),
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
