// SGD with momentum and weight decay against float64, over sizes of one and several work items.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { SGD_MOMENTUM } from '../contract';
import { distance, noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

test.each([1, 10, 1000, 40001])('%i floats', (size) => {
  const [w, g, v] = [1, 2, 3].map((seed) => noise(size, seed));
  const before = tf.memory().numTensors;
  for (const lr of [0.1, 0.001]) {
    const attrs = { lr, momentum: 0.9, weightDecay: 1e-4 };
    const nextV = Float64Array.from(v, (value, i) => 0.9 * value + g[i] + 1e-4 * w[i]);
    const nextW = Float64Array.from(w, (value, i) => value - lr * nextV[i]);
    const got = runKernel(SGD_MOMENTUM, { w: [w, [size]], g: [g, [size]], v: [v, [size]] }, attrs);
    expect(distance(got[0], nextW)).toBeLessThan(5e-7);
    expect(distance(got[1], nextV)).toBeLessThan(5e-7);
  }
  expect(tf.memory().numTensors).toBe(before);
});
