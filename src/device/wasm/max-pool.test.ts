// Max pooling and its gradient, exactly, on coarse values whose windows hold ties.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { maxPool, maxPoolGrad, outSize } from '../../../tests/browser/webgpu-reference';
import { noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

test.each([
  { n: 2, h: 16, w: 16, c: 64, k: 3, stride: 2, pad: 1 },
  { n: 3, h: 5, w: 5, c: 7, k: 3, stride: 2, pad: 1 },
  { n: 1, h: 6, w: 4, c: 1, k: 2, stride: 2, pad: 0 },
  { n: 2, h: 4, w: 7, c: 10, k: 3, stride: 1, pad: 1 },
])('$n x $h x $w x $c, window $k, stride $stride', (shape) => {
  const s = { ...shape, co: shape.c };
  const input = [s.n, s.h, s.w, s.c];
  const output = [s.n, outSize(s.h, s), outSize(s.w, s), s.c];
  const x = noise(tf.util.sizeFromShape(input), 1).map((v) => Math.round(v * 2) / 4);
  const dy = noise(tf.util.sizeFromShape(output), 2).map((v) => Math.round(v * 64) / 64);
  const before = tf.memory().numTensors;
  const attrs = { filterSize: s.k, strides: s.stride, pad: s.pad };
  const inputs = { dy: [dy, output], input: [x, input], output: [maxPool(x, s), output] } as const;
  expect(runKernel('MaxPoolGrad', inputs, attrs)[0]).toEqual(Float32Array.from(maxPoolGrad(dy, x, s)));
  expect(runKernel('MaxPool', { x: [x, input] }, attrs)[0]).toEqual(Float32Array.from(maxPool(x, s)));
  const holed = x.map((v, i) => (i % 31 === 0 ? NaN : v));
  const pooled = runKernel('MaxPool', { x: [holed, input] }, attrs)[0];
  expect(pooled.some(Number.isNaN)).toBe(true);
  expect(pooled).toEqual(Float32Array.from(maxPool(holed, s)));
  expect(tf.memory().numTensors).toBe(before);
});
