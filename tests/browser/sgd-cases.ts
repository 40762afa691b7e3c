// Cases of the kernel that updates all parameters in place, for every backend; see kernel-check.ts.
import * as tf from '@tensorflow/tfjs';
import { velocityLayout } from '../../src/device/contract';
import { compareOutputs, noise } from '../../src/device/testing';
import { product, runKernel, type Outcome } from './kernel-check';

/** SGD over parameters of the given shapes, two steps at two learning rates, which one compiled shader must serve. */
export async function sgd(shapes: number[][]): Promise<Outcome[]> {
  const wanted = parametersOf(shapes);
  for (const lr of RATES) {
    for (const { w, g, v } of wanted) {
      v.forEach((old, k) => (v[k] = 0.9 * old + g[k] + 1e-4 * w[k]));
      w.forEach((old, k) => (w[k] = old - lr * v[k]));
    }
  }
  const [first, second] = [await sgdSteps(shapes), await sgdSteps(shapes)];
  return wanted.flatMap(({ w, v }, i) =>
    [w, v].map((want, which) => ({
      name: `QatSgdMomentum ${shapes[i]}: ${'wv'[which]}`,
      ...compareOutputs([first[i][which]], [second[i][which]], [want], 1e-6),
    })),
  );
}

const RATES = [0.1, 0.001];

const parametersOf = (shapes: number[][]) =>
  shapes.map((shape, i) => {
    const [w, g, v] = [12, 13, 14].map((seed) => noise(product(shape), seed + 3 * i));
    return { shape, w, g, v };
  });

/** A step at each of RATES; weights and velocities of each parameter after them. */
export async function sgdSteps(shapes: number[][]): Promise<[w: Float32Array, v: Float32Array][]> {
  const parameters = parametersOf(shapes);
  const { offsets, size } = velocityLayout(parameters.map(({ w }) => w.length));
  const start = new Float32Array(size);
  parameters.forEach(({ v }, i) => start.set(v, offsets[i]));
  const velocities = tf.tensor1d(start);
  const tensors = parameters.map(({ w, g, shape }) => [tf.tensor(w, shape), tf.tensor(g, shape)]);
  for (const lr of RATES) {
    // Read between the steps: what tfjs keeps of a read must not survive a change in place.
    await velocities.data();
    await tensors[0][0].data();
    await runKernel('QatSgdMomentum', [velocities, ...tensors.flat()], { lr, momentum: 0.9, weightDecay: 1e-4 });
  }
  const v = await velocities.data<'float32'>();
  const after = tensors.map(async ([w], i): Promise<[Float32Array, Float32Array]> => {
    const length = parameters[i].w.length;
    return [await w.data<'float32'>(), v.slice(offsets[i], offsets[i] + length)];
  });
  const results = await Promise.all(after);
  tf.dispose([velocities, tensors]);
  return results;
}
