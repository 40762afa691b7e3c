// QatFakeQuant and QatFakeQuantGrad: see the contract. The rule of scales and codes is src/quant's.
import { roundHalfEven } from '../../core/rounding';
import { FAKE_QUANT, FAKE_QUANT_GRAD, type FakeQuantAttrs } from '../contract';
import { qparamsOf } from '../qparams';
import type { Kernel, Values } from './kernel';

export const fakeQuant: Kernel<'x' | 'range', FakeQuantAttrs> = {
  name: FAKE_QUANT,
  run({ x, range }, attrs) {
    const { codes, scales, zeroPoints } = encode(x, range, attrs);
    const data = codes.map((code, i) => {
      const channel = i % scales.length;
      return (Math.min(Math.max(code, attrs.qmin), attrs.qmax) - zeroPoints[channel]) * scales[channel];
    });
    return [{ data, shape: x.shape }];
  },
};

export const fakeQuantGrad: Kernel<'x' | 'dy' | 'range', FakeQuantAttrs> = {
  name: FAKE_QUANT_GRAD,
  run({ x, dy, range }, attrs) {
    const { codes } = encode(x, range, attrs);
    const passes = (code: number) => code >= attrs.qmin && code <= attrs.qmax;
    return [{ data: dy.data.map((value, i) => (passes(codes[i]) ? value : 0)), shape: x.shape }];
  },
};

/** Codes before clamping, zp + RNE(x * (1/s)) in float32, and the qparams of each range. */
function encode(x: Values, range: Values, attrs: FakeQuantAttrs) {
  const qparams = qparamsOf(range.data, attrs);
  const scales = Float32Array.from(qparams, ({ scale }) => scale);
  const zeroPoints = qparams.map(({ zeroPoint }) => zeroPoint);
  const inverses = scales.map((scale) => 1 / scale);
  const codes = Float64Array.from(x.data, (value, i) => {
    const channel = i % scales.length;
    return zeroPoints[channel] + roundHalfEven(Math.fround(value * inverses[channel]));
  });
  return { codes, scales, zeroPoints };
}
