// Observers, fake-quant and its straight-through gradient, channels on the last axis, in PyTorch's float32 steps. What a
// range means is src/quant's; here it is applied. Source: /aten/src/ATen/native/quantized/FakeQuantPerTensorAffine.cpp.
import { isUnseen } from '../../core/qparams';
import { clamp, unclampedCode } from '../../quant/fake-quant';
import type { Histogram } from '../../quant/histogram';
import { HistogramObserver } from '../../quant/histogram-observer';
import { nextRange } from '../../quant/observers';
import type { FakeQuantAttrs, FakeQuantLearnedAttrs, ObserveMinMaxAttrs } from '../contract';
import { qparamsOf } from '../qparams';
import { channelSums, type Numbers } from './numbers';

/** A range as kernels have it: [2, 1] of a whole tensor or [2, C], minima before maxima. */
type Range = Numbers;

/** The running range after x was seen. */
export function observeMinMax(x: Numbers, range: Range, { mode, c }: ObserveMinMaxAttrs): Float32Array {
  const ranges = range.length / 2;
  const seen = { min: new Float32Array(ranges).fill(Infinity), max: new Float32Array(ranges).fill(-Infinity) };
  for (let i = 0; i < x.length; i++) {
    const channel = i % ranges;
    seen.min[channel] = Math.min(seen.min[channel], x[i]);
    seen.max[channel] = Math.max(seen.max[channel], x[i]);
  }
  const ends = Float32Array.from(range);
  const before = { min: ends.subarray(0, ranges), max: ends.subarray(ranges) };
  const observer =
    mode === 'extreme'
      ? ({ observer: 'minmax' } as const)
      : ({ observer: 'moving_average_minmax', averagingConstant: c } as const);
  const { min, max } = nextRange(before, seen, observer);
  return Float32Array.of(...min, ...max);
}

/** The running histogram after x was seen. */
export function observeHistogram(x: Numbers, before: Histogram): Histogram {
  const observer = new HistogramObserver(isUnseen(before.min, before.max) ? undefined : before);
  observer.observe(Float32Array.from(x));
  return observer.histogram ?? before;
}

/** (clamp(z + RNE(x * (1/s)), qmin, qmax) - z) * s. @throws PlaygroundError where a range has seen nothing */
export function fakeQuant(x: Numbers, range: Range, attrs: FakeQuantAttrs): Float32Array {
  const { codes, qparams } = encode(x, range, attrs);
  const values = codes.map((code, i) => {
    const { scale, zeroPoint } = qparams[i % qparams.length];
    return (clamp(code, attrs.qmin, attrs.qmax) - zeroPoint) * scale;
  });
  return Float32Array.from(values);
}

/** dy where the code before clamping lies in [qmin, qmax], else 0. */
export function fakeQuantGrad(x: Numbers, dy: Numbers, range: Range, attrs: FakeQuantAttrs): Float64Array {
  const { codes } = encode(x, range, attrs);
  return Float64Array.from(dy).map((value, i) => (codes[i] >= attrs.qmin && codes[i] <= attrs.qmax ? value : 0));
}

/** The gradients of fakeQuant to x and to the qparams by which it quantizes: scales before zero points. */
export function fakeQuantLearnedGrad(x: Numbers, dy: Numbers, given: Range, attrs: FakeQuantLearnedAttrs) {
  const { qmin, qmax, gradientScale, learnsZeroPoint } = attrs;
  const { codes, qparams } = encode(x, given, attrs);
  const dqparams = new Float64Array(given.length);
  const dx = Float64Array.from(dy).map((value, i) => {
    const channel = i % qparams.length;
    const { scale, zeroPoint } = qparams[channel];
    const code = clamp(codes[i], qmin, qmax) - zeroPoint;
    const inside = codes[i] >= qmin && codes[i] <= qmax;
    dqparams[channel] += gradientScale * value * (inside ? code - x[i] / scale : code);
    if (!inside && learnsZeroPoint) dqparams[qparams.length + channel] -= gradientScale * value * scale;
    return inside ? value : 0;
  });
  return { dx, dqparams };
}

/** x [..., C] * factor [C], a weight times its factor per output channel. */
export const scaleChannels = (x: Numbers, factor: Numbers): Float32Array =>
  Float32Array.from(x).map((value, i) => value * factor[i % factor.length]);

/** The gradient of fakeQuant(scaleChannels(x, factor)) to both. @param range [2, C] */
export function fakeQuantScaledGrad(x: Numbers, dy: Numbers, factor: Numbers, range: Range, attrs: FakeQuantAttrs) {
  const passed = fakeQuantGrad(scaleChannels(x, factor), dy, range, attrs);
  return {
    dx: passed.map((value, i) => value * factor[i % factor.length]),
    dfactor: channelSums(
      passed.map((value, i) => value * x[i]),
      factor.length,
    ),
  };
}

/** Codes before clamping, and the qparams of each range. */
function encode(x: Numbers, range: Range, attrs: FakeQuantAttrs) {
  const qparams = qparamsOf(range, attrs);
  const inverses = Float32Array.from(qparams, ({ scale }) => 1 / scale);
  const codes = Float64Array.from(Float32Array.from(x)).map((value, i) => {
    const channel = i % qparams.length;
    return unclampedCode(value, inverses[channel], qparams[channel].zeroPoint);
  });
  return { codes, qparams };
}
