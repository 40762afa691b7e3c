// Fake quantization, its gradient mask, and plain quantization against PyTorch's, every value to the last bit.
import { describe, expect, it } from 'vitest';
import type { PerChannelQParams, QParams } from '../../src/core/qparams';
import { fakeQuantize, passMask, quantizeActivation } from '../../src/quant/fake-quant';
import { loadFixture } from './fixture';

interface Range {
  readonly qmin: number;
  readonly qmax: number;
}
interface Values {
  readonly tensor: (Range & { scale: number; zero_point: number })[];
  readonly channel: (Range & { scales: number[]; zero_points: number[] })[];
  readonly quantize_cases: { scale: number; zero_point: number }[];
}
const fixture = loadFixture<Values>('fake_quant');

function check(prefix: string, q: QParams | PerChannelQParams): void {
  const x = fixture.f32(`${prefix}.x`);
  const dy = fixture.f32(`${prefix}.dy`);
  expect(fakeQuantize(x, q)).toEqual(withoutNegativeZero(fixture.f32(`${prefix}.y`)));
  const mask = passMask(x, q);
  expect(dy.map((d, i) => (mask[i] ? d : 0))).toEqual(withoutNegativeZero(fixture.f32(`${prefix}.dx`)));
}

/** dy * 0 is -0 in PyTorch where dy < 0: the same number. */
const withoutNegativeZero = (x: Float32Array) => x.map((v) => v + 0);

describe('fake-quant', () => {
  it.each(fixture.values.tensor.map((c, i) => ({ ...c, i })))(
    'per tensor, scale $scale, zero point $zero_point, $qmin to $qmax',
    ({ i, scale, zero_point, qmin, qmax }) => check(`tensor.${i}`, { scale, zeroPoint: zero_point, qmin, qmax }),
  );

  it.each(fixture.values.channel.map((c, i) => ({ ...c, i })))(
    'per channel, zero points $zero_points, $qmin to $qmax',
    ({ i, scales, zero_points, qmin, qmax }) =>
      check(`channel.${i}`, {
        scales: Float32Array.from(scales),
        zeroPoints: Int32Array.from(zero_points),
        qmin,
        qmax,
      }),
  );
});

describe('quantize_per_tensor', () => {
  it.each(fixture.values.quantize_cases.map((c, i) => ({ ...c, i })))(
    'scale $scale, zero point $zero_point',
    ({ i, scale, zero_point }) => {
      const q = { scale, zeroPoint: zero_point, qmin: 0, qmax: 255 };
      expect(quantizeActivation(fixture.f32(`quantize.${i}.x`), q)).toEqual(fixture.u8(`quantize.${i}.codes`));
    },
  );
});
