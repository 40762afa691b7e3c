// SGD with momentum and weight decay over a list of parameters against float64, over sizes of one and several work items.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { velocityLayout } from '../contract';
import { runKernel } from '../run-kernel';
import { distance, noise, setUpWasm } from './testing';

beforeAll(setUpWasm);

test.each([[[1]], [[10]], [[16384]], [[40001, 3, 4, 16385, 1000]]])('parameters of %j floats', (sizes) => {
  const before = tf.memory().numTensors;
  const { offsets, size } = velocityLayout(sizes);
  const wanted = sizes.map((length, i) => ({ w: noise(length, 2 * i), v: noise(length, 2 * i + 1) }));
  const gradients = sizes.map((length, i) => noise(length, 100 + i));
  const velocities = new Float32Array(size);
  wanted.forEach(({ v }, i) => velocities.set(v, offsets[i]));
  const v = tf.tensor1d(velocities);
  const parameters = wanted.map(({ w }, i) => [tf.tensor1d(w), tf.tensor1d(gradients[i])]);

  for (const lr of [0.1, 0.001]) {
    for (const [i, { w, v }] of wanted.entries()) {
      v.forEach((old, k) => (v[k] = 0.9 * old + gradients[i][k] + 1e-4 * w[k]));
      w.forEach((old, k) => (w[k] = old - lr * v[k]));
    }
    expect(runKernel('QatSgdMomentum', [v, ...parameters.flat()], { lr, momentum: 0.9, weightDecay: 1e-4 })).toEqual(
      [],
    );
    wanted.forEach((want, i) => {
      expect(distance(parameters[i][0].dataSync(), want.w)).toBeLessThan(1e-6);
      expect(distance(v.dataSync().subarray(offsets[i], offsets[i] + sizes[i]), want.v)).toBeLessThan(1e-6);
      expect(parameters[i][1].dataSync()).toEqual(gradients[i]);
    });
  }
  tf.dispose([v, parameters]);
  expect(tf.memory().numTensors).toBe(before);
});
