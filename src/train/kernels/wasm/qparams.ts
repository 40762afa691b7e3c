// The observers' rule from a range tensor to scales and zero points, laid out for assembly/fake-quant.ts.
import type { TensorInfo } from '@tensorflow/tfjs';
import { roundHalfEven } from '../../../core/rounding';
import type { FakeQuantAttrs } from '../contract';
import type { KernelRuntime } from './runtime';

/** Addresses of float arrays inv, scale and zero point: one per channel, or four equal ones for a whole tensor. */
export interface PackedQParams {
  readonly addresses: readonly [inv: number, scale: number, zeroPoint: number];
  /** 0 for a whole tensor. */
  readonly channels: number;
}

/** range [2, 1] or [2, C]. Uses the runtime's scratch memory. */
export function packQParams(runtime: KernelRuntime, range: TensorInfo, attrs: FakeQuantAttrs): PackedQParams {
  const channels = range.shape[1];
  const values = runtime.floats(range);
  const lanes = channels === 1 ? 4 : channels;
  const [inv, scale, zeroPoint] = [0, 1, 2].map(() => new Float32Array(lanes));
  for (let i = 0; i < lanes; i++) {
    const channel = i % channels;
    const qparams = fromRange(values[channel], values[channels + channel], attrs);
    scale[i] = qparams.scale;
    inv[i] = 1 / qparams.scale;
    zeroPoint[i] = qparams.zeroPoint;
  }
  const addresses = runtime.scratch(lanes * 4, lanes * 4, lanes * 4);
  [inv, scale, zeroPoint].forEach((array, i) => runtime.writeFloats(addresses[i], array));
  return { addresses: [addresses[0], addresses[1], addresses[2]], channels: channels === 1 ? 0 : channels };
}

function fromRange(low: number, high: number, attrs: FakeQuantAttrs): { scale: number; zeroPoint: number } {
  const { qmin, qmax, eps, symmetric } = attrs;
  const min = Math.min(low, 0);
  const max = Math.max(high, 0);
  if (symmetric) {
    const scale = Math.max(Math.fround(Math.max(-min, max) / ((qmax - qmin) / 2)), eps);
    return { scale, zeroPoint: qmin < 0 ? 0 : Math.floor((qmin + qmax + 1) / 2) };
  }
  const scale = Math.max(Math.fround(Math.fround(max - min) / (qmax - qmin)), eps);
  const zeroPoint = qmin - roundHalfEven(Math.fround(min / scale));
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, qmin), qmax) };
}
