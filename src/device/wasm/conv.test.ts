// The three convolution kernels against float64 sums: shapes of the network, scaled down or whole, odd channel counts,
// batches that are no multiple of a tile, unequal strides and paddings.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import {
  conv,
  convFilterGrad,
  convInputGrad,
  outSize,
  squareWindow,
  type Window2d,
} from '../../../tests/browser/webgpu-reference';
import { distance, noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

const SHAPES = [
  squareWindow(2, 32, 3, 16, 7, 2),
  squareWindow(3, 8, 64, 64, 3, 1),
  squareWindow(5, 8, 16, 32, 3, 2),
  squareWindow(4, 8, 16, 32, 1, 2),
  squareWindow(2, 4, 128, 128, 3, 1),
  squareWindow(6, 2, 32, 40, 3, 1),
  squareWindow(9, 2, 32, 64, 3, 2),
  squareWindow(1, 1, 64, 96, 3, 1),
  squareWindow(7, 5, 5, 7, 3, 1),
  squareWindow(3, 6, 1, 1, 3, 2),
  squareWindow(2, 7, 9, 11, 5, 3),
  { ...squareWindow(2, 6, 6, 10, 3, 1), h: 4, pad: 0 },
];
const label = (s: Window2d) =>
  `${s.n}x${s.h}x${s.w}x${s.c} -> ${s.co}, kernel ${s.k}, stride ${s.stride}, pad ${s.pad}`;

test.each(SHAPES.map((s) => [label(s), s] as const))('%s', (_, s) => {
  const y: [number, number, number, number] = [s.n, outSize(s.h, s), outSize(s.w, s), s.co];
  const x = [s.n, s.h, s.w, s.c];
  const filter = [s.k, s.k, s.c, s.co];
  const [xs, filters, dys] = [x, filter, y].map((shape, i) => noise(tf.util.sizeFromShape(shape), i + 1));
  const attrs = { strides: s.stride, pad: s.pad, dataFormat: 'NHWC', dilations: 1 };
  const tolerance = (terms: number) => 4e-7 * Math.sqrt(terms) + 1e-6;
  const before = tf.memory().numTensors;

  const [forward] = runKernel('Conv2D', { x: [xs, x], filter: [filters, filter] }, attrs);
  expect(distance(forward, conv(xs, filters, s))).toBeLessThan(tolerance(s.k * s.k * s.c));

  const [dx] = runKernel(
    'Conv2DBackpropInput',
    { dy: [dys, y], filter: [filters, filter] },
    { ...attrs, inputShape: x },
  );
  expect(distance(dx, convInputGrad(dys, filters, s))).toBeLessThan(tolerance(s.k * s.k * s.co));

  const [df] = runKernel('Conv2DBackpropFilter', { x: [xs, x], dy: [dys, y] }, { ...attrs, filterShape: filter });
  expect(distance(df, convFilterGrad(xs, dys, s))).toBeLessThan(tolerance(s.n * y[1] * y[2]));

  expect(tf.memory().numTensors).toBe(before);
});

test('a dilated convolution goes to tfjs', () => {
  const x = noise(7 * 7 * 2, 1);
  const filter = noise(3 * 3 * 2 * 4, 2);
  const attrs = { strides: 1, pad: 0, dataFormat: 'NHWC', dilations: 2 };
  const [y] = runKernel('Conv2D', { x: [x, [1, 7, 7, 2]], filter: [filter, [3, 3, 2, 4]] }, attrs);
  const spread = new Float32Array(5 * 5 * 2 * 4);
  for (let tap = 0; tap < 9; tap++)
    spread.set(filter.subarray(tap * 8, tap * 8 + 8), (Math.floor(tap / 3) * 10 + (tap % 3) * 2) * 8);
  expect(distance(y, conv(x, spread, { n: 1, h: 7, w: 7, c: 2, co: 4, k: 5, stride: 1, pad: 0 }))).toBeLessThan(1e-5);
});
