// Batch norm against float64, and its gradients against central differences of the float64 forward pass.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { batchNorm, batchNormLoss, type Numbers } from '../../../tests/browser/webgpu-reference';
import type { BatchNormAttrs } from '../contract';
import { distance, noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

const cases = [true, false].flatMap((frozen) =>
  [true, false].flatMap((relu) =>
    [
      [2, 3, 3, 4],
      [5, 2, 2, 7],
      [9, 1, 1, 1],
      [40, 1, 1, 10],
    ].flatMap((shape) => [0, 30].map((shift) => ({ frozen, relu, shape, shift }))),
  ),
);

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

test.each(cases)('$shape frozen $frozen relu $relu mean $shift', ({ frozen, relu, shape, shift }) => {
  const attrs: BatchNormAttrs = { eps: 1e-5, relu, frozen };
  const channels = shape[3];
  const size = tf.util.sizeFromShape(shape);
  const z = noise(size, 5).map((v, i) => v * (1 + (i % channels)) * 0.3 + shift);
  const dy = noise(size, 6);
  const positive = (seed: number) => noise(channels, seed).map((v) => 1 + 0.3 * v);
  const vectors = {
    divisor: positive(7),
    gain: positive(8),
    offset: noise(channels, 9),
    mean: noise(channels, 10).map((v) => v + shift),
    variance: positive(11),
  };
  const map = (values: Numbers) => [values, shape] as const;
  const vector = (values: Numbers) => [values, [channels]] as [Numbers, number[]];
  // The mean's last bit is worth 2^-24 * |mean| / deviation of an output.
  const tolerance = 4e-6 + 1e-6 * shift;
  const tensors = tf.memory().numTensors;

  const wanted = batchNorm(z, vectors, attrs);
  const given = Object.fromEntries(Object.entries(vectors).map(([name, values]) => [name, vector(values)]));
  const forward = runKernel('QatBatchNorm', { z: map(z), ...given }, attrs);
  [wanted.y, wanted.mean, wanted.variance].forEach((values, i) =>
    expect(distance(forward[i], values)).toBeLessThan(tolerance),
  );

  const inputs = {
    ...{ z: map(z), dy: map(dy), y: map(wanted.y) },
    ...{ ...given, mean: vector(wanted.mean), variance: vector(wanted.variance) },
  };
  const [dz, dDivisor, dGain, dOffset] = runKernel('QatBatchNormGrad', inputs, attrs);
  const loss = (key: keyof typeof vectors) =>
    differences(vectors[key], (moved) => batchNormLoss(z, { ...vectors, [key]: moved }, dy, attrs));
  const budget = 3e-5 + 3e-6 * shift;
  expect(
    distance(
      dz,
      differences(z, (moved) => batchNormLoss(moved, vectors, dy, attrs)),
    ),
  ).toBeLessThan(budget);
  expect(distance(dDivisor, loss('divisor'))).toBeLessThan(budget);
  expect(distance(dGain, loss('gain'))).toBeLessThan(budget);
  expect(distance(dOffset, loss('offset'))).toBeLessThan(budget);
  expect(tf.memory().numTensors).toBe(tensors);
});
