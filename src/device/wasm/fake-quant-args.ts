// The arguments that fake-quant and its gradient share (assembly/fake-quant.ts), and how their work is cut.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantAttrs } from '../contract';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import { packQParams } from './qparams';
import { f32, type KernelRuntime } from './runtime';

/** Items and arguments. Uses scratch memory. */
export function fakeQuantArgs(
  runtime: KernelRuntime,
  x: TensorInfo,
  dy: TensorInfo | null,
  out: TensorInfo,
  range: TensorInfo,
  attrs: FakeQuantAttrs,
): { items: number; args: number[] } {
  const { addresses, channels } = packQParams(runtime, range, attrs);
  const size = sizeOf(x);
  const sizePerItem = channels ? Math.ceil(ITEM_FLOATS / channels) * channels : ITEM_FLOATS;
  return {
    items: Math.ceil(size / sizePerItem),
    args: [
      ...[runtime.address(x), dy ? runtime.address(dy) : 0, runtime.address(out), size, sizePerItem, channels],
      ...[...addresses, f32(attrs.qmin), f32(attrs.qmax)],
    ],
  };
}
