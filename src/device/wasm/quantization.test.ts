// Observer, fake-quant and its gradient, bit for bit against the float32 steps PyTorch takes.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fakeQuant, observe } from '../../../tests/browser/webgpu-reference';
import type { FakeQuantAttrs } from '../contract';
import { distance, noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

const EPS = 2 ** -23;
const ACTIVATION: FakeQuantAttrs = { scheme: 'affine', qmin: 0, qmax: 127, eps: EPS };
const WEIGHT: FakeQuantAttrs = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: EPS };
const FOUR_BITS: FakeQuantAttrs = { scheme: 'symmetric', qmin: -8, qmax: 7, eps: EPS };

/** Shapes with one short item, several items, odd channel counts. */
const SHAPES = [[5], [2, 3, 3, 7], [40001], [3, 3, 64, 128], [257, 3], [1, 10]];

describe.each([1, 0])('%# (1: per tensor, 0: per channel)', (perTensor) => {
  test.each(SHAPES.map((shape) => [shape.join('x'), shape] as const))('%s', (_, shape) => {
    const ranges = perTensor || shape[shape.length - 1];
    const x = noise(tf.util.sizeFromShape([...shape]), 3);
    const dy = noise(x.length, 4);
    const empty = new Float32Array(2 * ranges).fill(Infinity).fill(-Infinity, ranges);
    const some = Float32Array.from(empty, (v, i) => (v > 0 ? -0.5 : 0.75) * (1 + i / ranges));
    const tensor = (values: Float32Array) => [values, [...shape]] as const;
    const ofRange = (values: Float32Array) => [values, [2, ranges]] as const;
    const before = tf.memory().numTensors;
    for (const range of [empty, some])
      for (const observer of [{ mode: 'average', c: 0.01 } as const, { mode: 'extreme', c: 1 } as const]) {
        const [got] = runKernel('QatObserveMinMax', { x: tensor(x), range: ofRange(range) }, observer);
        expect(got).toEqual(observe(x, range, observer));
      }
    for (const attrs of [ACTIVATION, WEIGHT, FOUR_BITS]) {
      const wanted = fakeQuant(x, some, attrs);
      const [y] = runKernel('QatFakeQuant', { x: tensor(x), range: ofRange(some) }, attrs);
      expect(y.map((v) => v + 0)).toEqual(wanted.y.map((v) => v + 0));
      const [dx] = runKernel('QatFakeQuantGrad', { x: tensor(x), dy: tensor(dy), range: ofRange(some) }, attrs);
      expect(dx).toEqual(dy.map((v, i) => (wanted.inside[i] ? v : 0)));
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('scaled per channel', () => {
  const cases = [
    { shape: [3, 3, 64, 128], taps: [4] },
    { shape: [3, 3, 100, 7], taps: [0, 4, 5, 8] },
    { shape: [3, 3, 65, 6], taps: undefined },
    { shape: [1, 1, 5, 12], taps: [0] },
    { shape: [2, 2, 3, 1], taps: [3] },
  ];
  test.each(cases)('$shape, taps $taps', ({ shape, taps }) => {
    const channels = shape[3];
    const tapSize = shape[2] * channels;
    const wanted = (i: number) => taps === undefined || taps.includes(Math.floor(i / tapSize));
    const x = noise(tf.util.sizeFromShape(shape), 3);
    // Factors of both signs; where a factor is negative, the ends of the range change places.
    const factor = noise(channels, 5).map((v) => v + 0.1);
    const scaled = x.map((v, i) => v * factor[i % channels]);
    const dy = noise(x.length, 4).map((v, i) => (wanted(i) ? v : 0));
    const range = Float32Array.from({ length: 2 * channels }, (_, i) => (i < channels ? -0.5 : 0.75) * factor[0]);
    const ordered = range.map((_, i) => (i < channels ? -1 : 1) * Math.abs(range[i]));
    const given = { factor: [factor, [channels]], range: [ordered, [2, channels]] } as const;
    const before = tf.memory().numTensors;

    const observer = { mode: 'average', c: 0.01 } as const;
    const [next] = runKernel('QatObserveScaled', { x: [x, shape], ...given }, observer);
    expect(next).toEqual(observe(scaled, ordered, observer));

    for (const attrs of [WEIGHT, FOUR_BITS]) {
      const { y, inside } = fakeQuant(scaled, ordered, attrs);
      const [got] = runKernel('QatFakeQuantScaled', { x: [x, shape], ...given }, { ...attrs, taps });
      const seen = (values: Float32Array) => values.filter((_, i) => wanted(i)).map((v) => v + 0);
      expect(seen(got)).toEqual(seen(y));

      const g = dy.map((v, i) => (inside[i] ? v : 0));
      const inputs = { x: [x, shape], dy: [dy, shape], ...given } as const;
      const [dx, dfactor] = runKernel('QatFakeQuantScaledGrad', inputs, { ...attrs, taps });
      expect(dx.map((v) => v + 0)).toEqual(g.map((v, i) => v * factor[i % channels] + 0));
      const sums = new Float64Array(channels);
      g.forEach((v, i) => (sums[i % channels] += v * x[i]));
      expect(sums.some((sum) => sum !== 0)).toBe(true);
      expect(distance(dfactor, sums)).toBeLessThan(1e-5);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('ties go to the even code, and the mask is decided on the rounded code', () => {
  // Scale 1, zero point 0: codes are the numbers themselves.
  const attrs: FakeQuantAttrs = { scheme: 'affine', qmin: 0, qmax: 255, eps: EPS };
  const x = [[0.5, 1.5, 2.5, -0.5, -0.51, 255.49, 255.5, 3], [8]] as const;
  const range = [
    [0, 255],
    [2, 1],
  ] as const;
  const [y] = runKernel('QatFakeQuant', { x, range }, attrs);
  expect([...y].map((v) => v + 0)).toEqual([0, 2, 2, 0, 0, 255, 255, 3]);
  const [dx] = runKernel('QatFakeQuantGrad', { x, dy: [new Float32Array(8).fill(1), [8]], range }, attrs);
  expect([...dx]).toEqual([1, 1, 1, 1, 0, 1, 0, 1]);
});

test('a constant tensor and zeros have a scale; NaN stays NaN', () => {
  const quantized = (values: number[], low: number, high: number) => [
    ...runKernel(
      'QatFakeQuant',
      {
        x: [values, [values.length]],
        range: [
          [low, high],
          [2, 1],
        ],
      },
      ACTIVATION,
    )[0],
  ];
  expect(quantized([2, 2, 2], 2, 2)).toEqual([2, 2, 2]);
  expect(quantized([0, 0, 0, 0, 0], 0, 0)).toEqual([0, 0, 0, 0, 0]);
  expect(quantized([NaN, NaN, NaN, NaN, NaN], -1, 1)).toEqual([NaN, NaN, NaN, NaN, NaN]);
});

describe('NaN and infinity', () => {
  const shapes = [[3], [70], [40001], [257, 3], [40, 70], [3, 3, 64, 64]];
  test.each(shapes.flatMap((shape) => [true, false].map((perTensor) => [shape.join('x'), perTensor, shape] as const)))(
    'observed in %s, per tensor: %s: of its channel both ends are NaN, wherever it is',
    (_, perTensor, shape) => {
      const ranges = perTensor ? 1 : shape[shape.length - 1];
      const size = tf.util.sizeFromShape([...shape]);
      const empty = new Float32Array(2 * ranges).fill(Infinity).fill(-Infinity, ranges);
      for (const at of new Set([0, 1, size >> 1, size - 2, size - 1]))
        for (const bits of [0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff]) {
          const x = noise(size, 6);
          new Uint32Array(x.buffer)[at] = bits;
          for (const observer of [{ mode: 'average', c: 1 } as const, { mode: 'extreme', c: 1 } as const]) {
            const wanted = observe(x, empty, observer);
            expect([...wanted].filter(Number.isNaN).length).toBe(2);
            const of = (values: Float32Array) => [values, [2, ranges]] as const;
            const [seen] = runKernel('QatObserveMinMax', { x: [x, [...shape]], range: of(empty) }, observer);
            expect(seen).toEqual(wanted);
            const [later] = runKernel(
              'QatObserveMinMax',
              { x: [noise(size, 7), [...shape]], range: of(seen) },
              observer,
            );
            expect(later).toEqual(observe(noise(size, 7), wanted, observer));
          }
        }
    },
  );

  test.each([[[-Infinity, 2, 1]], [[-3, Infinity, 0]], [[-1, -2, -Infinity]], [[-0, 0, -0]], [[-5, -4, -6]]])(
    '%j: the ends are what numbers say',
    (x) => {
      const empty = [
        [Infinity, -Infinity],
        [2, 1],
      ] as const;
      const [ends] = runKernel('QatObserveMinMax', { x: [x, [3]], range: empty }, { mode: 'extreme', c: 1 });
      expect([...ends].map((v) => v + 0)).toEqual([Math.min(...x) + 0, Math.max(...x) + 0]);
    },
  );
});
