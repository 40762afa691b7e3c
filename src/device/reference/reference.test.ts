// The reference itself: gradients against central differences of its own forward functions, convolutions against
// tfjs's on the CPU, fake-quant against codes written out. Whole steps against PyTorch: tests/golden/small-step.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolutionsOf, dilated, square } from '../cases/convolution';
import { runCases } from '../cases/run';
import { distance, noise } from '../testing';
import { batchNorm, batchNormGrad, type BatchNormVectors } from './batch-norm';
import { crossEntropy } from './loss';
import type { Numbers } from './numbers';
import { averagePool, averagePoolGrad, maxPool, maxPoolGrad } from './pooling';
import { fakeQuant, fakeQuantGrad } from './quantization';
import { roundingGrad, softWeight, undecided } from './rounding';

/** Central differences of a float64 function, element by element. */
function differences(at: Numbers, value: (moved: Float64Array) => number): Float64Array {
  const h = 1e-5;
  return Float64Array.from(at, (original, i) => {
    const moved = Float64Array.from(at);
    moved[i] = original + h;
    const above = value(moved);
    moved[i] = original - h;
    return (above - value(moved)) / (2 * h);
  });
}
const dot = (a: Numbers, b: Numbers) => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
/** The third derivative times 1e-10, and float64's 1e-16 over 1e-5. */
const DIFFERENCES = 1e-7;

describe('batch norm', () => {
  const cases = [true, false].flatMap((frozen) =>
    [true, false].flatMap((relu) =>
      [
        [18, 4],
        [20, 7],
        [9, 1],
        [40, 10],
      ].flatMap(([rows, C]) => [0, 30].map((shift) => ({ frozen, relu, rows, C, shift }))),
    ),
  );

  test.each(cases)('gradient of $rows x $C, frozen $frozen, relu $relu, mean $shift', (of) => {
    const { frozen, relu, rows, C, shift } = of;
    const attrs = { eps: 1e-5, relu, frozen };
    const z = noise(rows * C, 5).map((v, i) => v * (1 + (i % C)) * 0.3 + shift);
    const positive = (seed: number) => noise(C, seed).map((v) => 1 + 0.3 * v);
    const vectors = {
      ...{ divisor: positive(7), gain: positive(8), offset: noise(C, 9) },
      ...{ mean: noise(C, 10).map((v) => v + shift), variance: positive(11) },
    };
    const { y, mean, variance } = batchNorm(z, vectors, attrs);
    // Where a ReLU switches on the way, differences are of two functions.
    const before = batchNorm(z, vectors, { ...attrs, relu: false }).y;
    const dy = noise(rows * C, 6).map((v, i) => (Math.abs(before[i]) > 1e-2 ? v : 0));
    const got = batchNormGrad(z, dy, y, { ...vectors, mean, variance }, attrs);
    const loss = (moved: Partial<BatchNormVectors> & { z?: Numbers }) =>
      dot(batchNorm(moved.z ?? z, { ...vectors, ...moved }, attrs).y, dy);
    // The gradient by u times u's mean.
    const allowed = DIFFERENCES * (1 + shift) * (1 + shift);
    expect(distance(got.dz, differences(z, (moved) => loss({ z: moved })))).toBeLessThan(allowed);
    for (const [name, grad] of [
      ['divisor', got.ddivisor],
      ['gain', got.dgain],
      ['offset', got.doffset],
    ] as const) {
      const wanted = differences(vectors[name], (moved) => loss({ [name]: moved }));
      expect(distance(grad, wanted), name).toBeLessThan(allowed);
    }
  });
});

test('pools: gradients', () => {
  const s = { n: 2, h: 5, w: 4, c: 3, kernel: 3, stride: 2, pad: 1 };
  const x = noise(2 * 5 * 4 * 3, 1);
  const dy = noise(maxPool(x, s).length, 2);
  expect(distance(maxPoolGrad(dy, x, s), differences(x, (moved) => dot(maxPool(moved, s), dy)))).toBeLessThan(DIFFERENCES);
  const dmean = noise(6, 3);
  const mean = differences(x, (moved) => dot(averagePool(moved, s), dmean));
  expect(distance(averagePoolGrad(dmean, s), mean)).toBeLessThan(DIFFERENCES);
});

test('cross-entropy: gradient, and logits that exponentials overflow on', () => {
  const labels = [2, 0, 1];
  const logits = noise(12, 4);
  const wanted = differences(logits, (moved) => crossEntropy(moved, labels).loss);
  expect(distance(crossEntropy(logits, labels).dlogits, wanted)).toBeLessThan(DIFFERENCES);
  expect(crossEntropy([1000, 0], [0]).loss).toBe(0);
  expect(crossEntropy([1000, 0], [1])).toEqual({ loss: 1000, dlogits: Float64Array.of(1, -1) });
});

describe('fake-quant', () => {
  const rule = { scheme: 'affine', qmin: 0, qmax: 255, eps: 2 ** -23 } as const;

  test('ties go to the even code, and the mask is decided on the rounded code', () => {
    // Scale 1, zero point 0: codes are the numbers themselves.
    const x = [0.5, 1.5, 2.5, -0.5, -0.51, 255.49, 255.5, 3];
    const range = [0, 255];
    expect([...fakeQuant(x, range, rule)].map((v) => v + 0)).toEqual([0, 2, 2, 0, 0, 255, 255, 3]);
    const ones = x.map(() => 1);
    expect([...fakeQuantGrad(x, ones, range, rule)]).toEqual([1, 1, 1, 1, 0, 1, 0, 1]);
  });

  test('a constant tensor and zeros have a scale; NaN stays NaN', () => {
    expect([...fakeQuant([2, 2], [2, 2], { ...rule, qmax: 127 })]).toEqual([2, 2]);
    expect([...fakeQuant([0, 0], [0, 0], rule)]).toEqual([0, 0]);
    expect([...fakeQuant([NaN, NaN], [-1, 1], rule)]).toEqual([NaN, NaN]);
  });
});

describe('convolutions of tfjs on the CPU', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    await tf.ready();
  });

  test('agree', async () => {
    const shapes = [
      square(2, 5, 3, 7, 3, 1),
      square(1, 9, 4, 5, 7, 2),
      { n: 2, h: 7, w: 4, c: 4, co: 8, kernel: 2, stride: 3, pad: 1 },
      { n: 2, h: 5, w: 9, c: 4, co: 8, kernel: 3, stride: 2, pad: 0 },
    ];
    const outcomes = await runCases([...convolutionsOf(shapes), ...dilated()]);
    expect(outcomes.length).toBe(4 * shapes.length + 2);
    expect(outcomes.filter(({ worst, repeats }) => !(worst <= 1 && repeats))).toEqual([]);
  });
});

test.each([
  { penalty: 0, beta: 2 },
  { penalty: 0.1, beta: 2 },
  { penalty: 0.1, beta: 7.5 },
])('gradient of learned roundings, penalty $penalty, beta $beta', ({ penalty, beta }) => {
  // Away from V = 0 and +-2.4, where the penalty and the rectified sigmoid have corners.
  const v = [-4, -2, -1, -0.3, 0.2, 0.9, 2, 3.5];
  const [g, down] = [noise(8, 1), noise(8, 2)];
  const step = noise(8, 3).map(Math.abs);
  const loss = (at: Numbers) => dot(softWeight(at, down, step), g) + penalty * undecided(at, beta);
  expect(distance(roundingGrad(v, g, step, { penalty, beta }), differences(v, loss))).toBeLessThan(DIFFERENCES);
});
