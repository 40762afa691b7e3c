// From a range tensor to the arrays assembly/fake-quant.ts reads. Not for the qparams themselves: ../qparams.ts.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { FakeQuantAttrs } from '../contract';
import { qparamsOf } from '../qparams';
import type { KernelRuntime } from './runtime';
import type { Arguments } from './work';

export interface PackedQParams {
  /** Addresses of float arrays, one value per channel or four equal ones for a whole tensor; and the range of codes. */
  readonly qparams: Pick<Arguments<'fakeQuant'>, 'inv' | 'scale' | 'zeroPoint' | 'qmin' | 'qmax'>;
  /** 0 for a whole tensor. */
  readonly channels: number;
  /** Further scratch memory, as asked for. */
  readonly more: readonly number[];
}

/**
 * range [2, 1] or [2, C]. Uses the runtime's scratch memory. @param bytes of further areas
 * @throws PlaygroundError when nothing was observed
 */
export function packQParams(
  runtime: KernelRuntime,
  range: TensorInfo,
  attrs: FakeQuantAttrs,
  ...bytes: number[]
): PackedQParams {
  const ranges = range.shape[1];
  const values = qparamsOf(runtime.floats(range), attrs);
  const lanes = ranges === 1 ? 4 : ranges;
  const arrays = Array.from({ length: 3 }, () => new Float32Array(lanes));
  for (let i = 0; i < lanes; i++) {
    const { scale, zeroPoint } = values[i % ranges];
    [1 / scale, scale, zeroPoint].forEach((value, kind) => (arrays[kind][i] = value));
  }
  const [inv, scale, zeroPoint, ...more] = runtime.scratch(...arrays.map((array) => array.byteLength), ...bytes);
  [inv, scale, zeroPoint].forEach((address, i) => runtime.writeFloats(address, arrays[i]));
  const { qmin, qmax } = attrs;
  return { qparams: { inv, scale, zeroPoint, qmin, qmax }, channels: ranges === 1 ? 0 : ranges, more };
}
