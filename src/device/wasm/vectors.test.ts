// Running statistics and scale factors against the ops they stand for, composed of tfjs's own kernels, bit for bit.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

const values = (tensor: () => tf.Tensor) => tf.tidy(() => tensor().dataSync<'float32'>().slice());

test.each([1, 7, 64])('%d channels', (channels) => {
  const [mean, batchMean, gain] = [1, 2, 3].map((seed) => noise(channels, seed));
  const [variance, batchVariance] = [4, 5].map((seed) => noise(channels, seed).map((v) => 0.1 + v * v));
  const given = (of: Float32Array) => [of, [channels]] as const;
  const tensors = tf.memory().numTensors;

  const [nextMean, nextVariance] = runKernel(
    'QatRunningStatistics',
    {
      ...{ mean: given(mean), variance: given(variance) },
      ...{ batchMean: given(batchMean), batchVariance: given(batchVariance) },
    },
    { momentum: 0.1, unbiased: 32 / 31 },
  );
  const blend = (old: Float32Array, seen: Float32Array, added: number) =>
    values(() => tf.add(tf.mul(tf.tensor1d(old), 0.9), tf.mul(tf.tensor1d(seen), added)));
  expect(nextMean).toEqual(blend(mean, batchMean, 0.1));
  expect(nextVariance).toEqual(blend(variance, batchVariance, (0.1 * 32) / 31));

  const [factor, slope] = runKernel(
    'QatScaleFactor',
    { gain: given(gain), variance: given(variance) },
    { eps: 1e-5, smallest: 2 ** -20 },
  );
  const sigma = () => tf.sqrt(tf.add(tf.tensor1d(variance), 1e-5));
  expect(factor).toEqual(values(() => tf.div(tf.tensor1d(gain), sigma())));
  expect(slope).toEqual(values(() => tf.reciprocal(sigma())));
  expect(tf.memory().numTensors).toBe(tensors);
});

test('a factor near 0 is replaced, of either sign, and has no slope', () => {
  const gain = [0, 1e-9, -1e-9, -0.5];
  const [factor, slope] = runKernel(
    'QatScaleFactor',
    { gain: [gain, [4]], variance: [[1, 1, 1, 1], [4]] },
    { eps: 0, smallest: 2 ** -20 },
  );
  expect([...factor]).toEqual([2 ** -20, 2 ** -20, 2 ** -20, -0.5]);
  expect([...slope]).toEqual([0, 0, 0, 1]);
});
