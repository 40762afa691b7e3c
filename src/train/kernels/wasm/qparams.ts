// From a range tensor to the arrays assembly/fake-quant.ts reads. The rule itself is src/quant/qparams.ts.
import type { TensorInfo } from '@tensorflow/tfjs';
import { channelQParams } from '../../../quant/qparams';
import type { FakeQuantAttrs } from '../contract';
import type { KernelRuntime } from './runtime';

/** Addresses of float arrays inv, scale and zero point: one per channel, or four equal ones for a whole tensor. */
export interface PackedQParams {
  readonly addresses: readonly [inv: number, scale: number, zeroPoint: number];
  /** 0 for a whole tensor. */
  readonly channels: number;
  /** Further scratch memory, as asked for. */
  readonly more: readonly number[];
}

/**
 * range [2, 1] or [2, C]. Uses the runtime's scratch memory. @param bytes of further areas
 * @throws PlaygroundError when nothing was observed or the range is not finite
 */
export function packQParams(
  runtime: KernelRuntime,
  range: TensorInfo,
  attrs: FakeQuantAttrs,
  ...bytes: number[]
): PackedQParams {
  const ranges = range.shape[1];
  const values = runtime.floats(range);
  const observed = { min: values.subarray(0, ranges), max: values.subarray(ranges) };
  const scheme = attrs.symmetric ? 'symmetric' : 'affine';
  const { scales, zeroPoints } = channelQParams(observed, { ...attrs, scheme });
  const lanes = ranges === 1 ? 4 : ranges;
  const spread = (values: ArrayLike<number>) => Float32Array.from({ length: lanes }, (_, i) => values[i % ranges]);
  const arrays = [spread(scales.map((scale) => 1 / scale)), spread(scales), spread(zeroPoints)];
  const [inv, scale, zeroPoint, ...more] = runtime.scratch(...arrays.map((array) => array.byteLength), ...bytes);
  [inv, scale, zeroPoint].forEach((address, i) => runtime.writeFloats(address, arrays[i]));
  return { addresses: [inv, scale, zeroPoint], channels: ranges === 1 ? 0 : ranges, more };
}
