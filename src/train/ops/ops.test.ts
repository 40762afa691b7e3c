// The differentiable ops on every backend of Node: values by definition, gradients against central differences of the
// op itself.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelQParams, tensorQParams } from '../../quant/qparams';
import { fakeQuantize, passMask } from '../../quant/fake-quant';
import type { FakeQuantSpec } from '../../quant/types';
import { BACKENDS, differences, distance, gradient, noise } from '../testing';
import { fusedRuleOfChannels } from '../../quant/fused-rule';
import { batchNorm } from './batch-norm';
import { fusedQParams } from './fused-qparams';
import { fakeQuant, fakeQuantLearned, fakeQuantScaled, observe, observeScaled } from './quantize';
import { scaleChannels } from './scale-channels';
import { scaleFactor } from './scale-factor';

const ACTIVATION: FakeQuantSpec = {
  ...{ observer: 'moving_average_minmax', averagingConstant: 0.01, scheme: 'affine', granularity: 'per_tensor' },
  ...{ qmin: 0, qmax: 127, eps: 2 ** -23, simulate: true },
};
const WEIGHT: FakeQuantSpec = {
  ...{ ...ACTIVATION, averagingConstant: 1, scheme: 'symmetric', granularity: 'per_channel' },
  ...{ qmin: -8, qmax: 7 },
};
const UNSEEN = [Infinity, -Infinity];

/** Channels last to channels first, as src/quant has them. */
const channelsFirst = (x: Float32Array, channels: number) =>
  x.map((_, i) => x[(i % (x.length / channels)) * channels + Math.floor(i / (x.length / channels))]);

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  test('observe: the first batch as it is, then the average; the input gets no gradient from it', () => {
    tf.tidy(() => {
      const first = observe(tf.tensor1d([-1, 4, 2]), tf.tensor2d(UNSEEN, [2, 1]), ACTIVATION);
      expect([...first.dataSync()]).toEqual([-1, 4]);
      const second = observe(tf.tensor1d([-3, 2]), first, ACTIVATION);
      expect(distance(second.dataSync(), [-1.02, 3.98])).toBeLessThan(2e-7);
      const widest = observe(tf.tensor1d([-3, 2]), first, { ...ACTIVATION, observer: 'minmax' });
      expect([...widest.dataSync()]).toEqual([-3, 4]);
    });
  });

  test('scales and zero points by the fused rule: those of src/quant, ends of one sign, of no width and tiny ones among them', () => {
    const min = Float32Array.of(-1, -0.3, 0.2, -2, 0, -1e-6, -5, 0);
    const max = Float32Array.of(0.5, 1.7, 3, -0.5, 0, 1e-6, 0, 1e-5);
    for (const codes of [
      { qmin: -128, qmax: 127 },
      { qmin: -8, qmax: 7 },
      { qmin: -1, qmax: 1 },
    ])
      for (const scheme of ['symmetric', 'affine'] as const) {
        const wanted = fusedRuleOfChannels({ min, max }, { scheme, ...codes });
        const got = tf.tidy(() =>
          fusedQParams(tf.tensor2d([...min, ...max], [2, 8]), { scheme, ...codes, eps: 0 }).dataSync<'float32'>(),
        );
        // A few roundings of 2^-24 each.
        wanted.scales.forEach((scale, c) => expect(Math.abs(got[c] - scale)).toBeLessThan(4e-7 * scale));
        expect([...got.subarray(8)].map((v) => v + 0)).toEqual([...wanted.zeroPoints]);
      }
    const spoilt = tf.tidy(() =>
      fusedQParams(tf.tensor2d([NaN, -1, -1, Infinity], [2, 2]), { ...WEIGHT, eps: 0 }).dataSync<'float32'>(),
    );
    expect([...spoilt].every(Number.isNaN)).toBe(true);
  });

  test('fake-quant per tensor: the values and the gradient mask of src/quant, bit for bit', () => {
    const x = noise(500, 1).map((v) => v * 2);
    const dy = noise(500, 2);
    const q = tensorQParams({ min: Float32Array.of(-1), max: Float32Array.of(1.5) }, ACTIVATION);
    tf.tidy(() => {
      const range = tf.tensor2d([-1, 1.5], [2, 1]);
      expect(distance(fakeQuant(tf.tensor1d(x), range, ACTIVATION).dataSync(), fakeQuantize(x, q))).toBe(0);
      const mask = passMask(x, q);
      expect(new Set(mask)).toEqual(new Set([0, 1]));
      const dx = gradient((t) => fakeQuant(t, range, ACTIVATION), tf.tensor1d(x), tf.tensor1d(dy));
      expect([...dx]).toEqual([...dy.map((v, i) => (mask[i] ? v : 0))]);
    });
  });

  test('fake-quant per channel: the channel is the last axis', () => {
    const x = noise(5 * 3, 3);
    const range = { min: Float32Array.of(-1, -0.1, -2), max: Float32Array.of(0.5, 0.2, 2) };
    const wanted = fakeQuantize(channelsFirst(x, 3), channelQParams(range, WEIGHT));
    const got = tf.tidy(() =>
      fakeQuant(
        tf.tensor2d(x, [5, 3]),
        tf.tensor2d([...range.min, ...range.max], [2, 3]),
        WEIGHT,
      ).dataSync<'float32'>(),
    );
    expect(distance(channelsFirst(got, 3), wanted)).toBe(0);
  });

  test('fake-quant by given scales and zero points, of a whole tensor and per channel', () => {
    const x = noise(60, 4);
    const [qmin, qmax] = [-3, 7];
    const given = { scheme: 'given', qmin, qmax } as const;
    const tensor = { scale: Math.fround(0.11), zeroPoint: 2, qmin, qmax };
    const channels = { scales: Float32Array.of(0.1, 0.2, 0.07), zeroPoints: Int32Array.of(0, 3, -2), qmin, qmax };
    tf.tidy(() => {
      const one = tf.tensor2d([tensor.scale, tensor.zeroPoint], [2, 1]);
      expect(distance(fakeQuant(tf.tensor1d(x), one, given).dataSync(), fakeQuantize(x, tensor))).toBe(0);
      const each = tf.tensor2d([...channels.scales, ...channels.zeroPoints], [2, 3]);
      const y = fakeQuant(tf.tensor2d(x, [20, 3]), each, given).dataSync<'float32'>();
      expect(distance(channelsFirst(y, 3), fakeQuantize(channelsFirst(x, 3), channels))).toBe(0);
    });
  });

  test.each([
    ['batch statistics, ReLU', false, true],
    ['batch statistics', false, false],
    ['frozen, ReLU', true, true],
    ['frozen', true, false],
  ])('batch norm, %s: gradients to z, divisor, gain and offset', (_, frozen, relu) => {
    const attrs = { eps: 1e-5, frozen, relu };
    const at = {
      z: noise(4 * 2 * 2 * 3, 4),
      divisor: Float32Array.of(0.5, 1.5, -2),
      gain: Float32Array.of(1, 0.3, -1.2),
      offset: Float32Array.of(0.4, -0.1, 0.2),
    };
    const run = ({ z, divisor, gain, offset }: Record<keyof typeof at, tf.Tensor>, withRelu = relu) => {
      const vectors = { divisor, gain, offset, mean: tf.tensor1d([0.1, 0, -0.1]), variance: tf.tensor1d([1, 0.5, 2]) };
      return batchNorm(tf.reshape(z, [4, 2, 2, 3]) as tf.Tensor4D, vectors as Parameters<typeof batchNorm>[1], {
        ...attrs,
        relu: withRelu,
      });
    };
    const tensors = (values: typeof at) =>
      Object.fromEntries(Object.entries(values).map(([k, v]) => [k, tf.tensor1d(v)])) as Record<
        keyof typeof at,
        tf.Tensor
      >;
    const value = (values: typeof at) =>
      tf.tidy(() =>
        run(tensors(values))
          .y.dataSync<'float32'>()
          .reduce((sum, y, i) => sum + y * dy[i], 0),
      );

    // Differences are wrong where a ReLU switches on the way: outputs so near 0 do not count.
    const outputs = tf.tidy(() => run(tensors(at), false).y.dataSync<'float32'>().slice());
    const dy = noise(48, 5).map((v, i) => (Math.abs(outputs[i]) > 0.04 ? v : 0));
    expect(dy.filter((v) => v !== 0).length).toBeGreaterThan(40);
    for (const name of Object.keys(at) as (keyof typeof at)[]) {
      const got = tf.tidy(() => {
        const inputs = tensors(at);
        return gradient((t) => run({ ...inputs, [name]: t }).y, inputs[name], tf.tensor4d(dy, [4, 2, 2, 3]));
      });
      // Steps of 2^-8: float32 outputs near 1 leave 2^-24 * sqrt(48) / 2^-7 = 5e-5 of noise, the third derivative times
      // 2^-16 / 6 some more.
      const wanted = differences(at[name], (moved) => value({ ...at, [name]: moved }), 2 ** -8);
      expect(distance(got, wanted), name).toBeLessThan(2e-3);
    }
  });

  test('a weight scaled by a factor per output channel: gradients to both', () => {
    const w = noise(2 * 2 * 3 * 4, 6);
    const k = Float32Array.of(0.5, -1, 2, 0.25);
    const dy = noise(48, 7);
    tf.tidy(() => {
      const [weight, factor, up] = [tf.tensor4d(w, [2, 2, 3, 4]), tf.tensor1d(k), tf.tensor4d(dy, [2, 2, 3, 4])];
      expect([...scaleChannels(weight, factor).dataSync()]).toEqual([...w.map((v, i) => v * k[i % 4])]);
      const dw = gradient((t) => scaleChannels(t as tf.Tensor4D, factor), weight, up);
      expect(
        distance(
          dw,
          dy.map((v, i) => v * k[i % 4]),
        ),
      ).toBe(0);
      const dk = gradient((t) => scaleChannels(weight, t as tf.Tensor1D), factor, up);
      const sums = [0, 0, 0, 0];
      dy.forEach((v, i) => (sums[i % 4] += v * w[i]));
      expect(distance(dk, sums)).toBeLessThan(1e-6);
    });
  });

  test('one range for the whole of a scaled weight: observed and quantized as the product is', () => {
    const spec = { ...WEIGHT, granularity: 'per_tensor' } as const;
    const [w, dy] = [noise(2 * 2 * 3 * 4, 8), noise(48, 9)];
    const k = Float32Array.of(0.5, -1, 2, 0.25);
    tf.tidy(() => {
      const [weight, factor, up] = [tf.tensor4d(w, [2, 2, 3, 4]), tf.tensor1d(k), tf.tensor4d(dy, [2, 2, 3, 4])];
      const product = w.map((v, i) => v * k[i % 4]);
      const range = observeScaled(weight, factor, tf.tensor2d(UNSEEN, [2, 1]), spec);
      expect([...range.dataSync()]).toEqual([Math.min(...product), Math.max(...product)]);
      const clipping = tf.tensor2d([-0.5, 0.5], [2, 1]);
      const q = tensorQParams({ min: Float32Array.of(-0.5), max: Float32Array.of(0.5) }, spec);
      const y = fakeQuantScaled(weight, factor, clipping, spec, [0, 3]);
      expect(distance(y.dataSync(), fakeQuantize(product, q))).toBe(0);
      const mask = passMask(product, q);
      const dw = gradient((t) => fakeQuantScaled(t, factor, clipping, spec), weight, up);
      expect(
        distance(
          dw,
          dy.map((v, i) => v * mask[i] * k[i % 4]),
        ),
      ).toBe(0);
      const dk = gradient((t) => fakeQuantScaled(weight, t as tf.Tensor1D, clipping, spec), factor, up);
      const sums = [0, 0, 0, 0];
      dy.forEach((v, i) => (sums[i % 4] += v * mask[i] * w[i]));
      expect(distance(dk, sums)).toBeLessThan(1e-6);
    });
  });

  test('learned scales count as the power of two above them, forward and back', () => {
    const [x, dy] = [noise(60, 10), noise(60, 11)];
    const codes = { scheme: 'given', qmin: -3, qmax: 7 } as const;
    const attrs = { ...codes, gradientScale: 0.5, learnsZeroPoint: true };
    tf.tidy(() => {
      const [input, up] = [tf.tensor1d(x), tf.tensor1d(dy)];
      const run = (scale: number, powerOfTwo: boolean) => {
        const qparams = tf.tensor2d([scale, 2], [2, 1]);
        const quantized = (t: tf.Tensor) => fakeQuantLearned(input, t as tf.Tensor2D, { ...attrs, powerOfTwo });
        return [[...quantized(qparams).dataSync()], [...gradient(quantized, qparams, up)]];
      };
      expect(run(0.07, true)).toEqual(run(0.125, false));
      expect(run(0.125, true)).toEqual(run(0.125, false));
      expect(run(0.07, true)).not.toEqual(run(0.07, false));
    });
  });

  test('gamma / sigma keeps away from 0, and only there stops the gradient', () => {
    const gamma = Float32Array.of(0.5, -2, 0, 1e-9);
    const variance = Float32Array.of(1, 0.25, 1, 1);
    tf.tidy(() => {
      const k = (t: tf.Tensor) => scaleFactor(t as tf.Tensor1D, tf.tensor1d(variance), 1e-5);
      const sigma = Float64Array.from(variance, (v) => Math.sqrt(v + 1e-5));
      const wanted = [gamma[0] / sigma[0], gamma[1] / sigma[1], 2 ** -20, 2 ** -20];
      expect(distance(k(tf.tensor1d(gamma)).dataSync(), wanted)).toBeLessThan(2e-7);
      const slope = gradient(k, tf.tensor1d(gamma), tf.ones([4]));
      expect(distance(slope, [1 / sigma[0], 1 / sigma[1], 0, 0])).toBeLessThan(2e-7);
    });
  });

  test('no op leaves tensors behind but the statistics it hands over', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => gradient((t) => fakeQuant(t, tf.tensor2d([-1, 1], [2, 1]), ACTIVATION), tf.ones([4]), tf.ones([4])));
    expect(tf.memory().numTensors).toBe(before);
  });
});
