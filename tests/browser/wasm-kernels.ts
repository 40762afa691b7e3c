// What the WASM kernel specs run in the page: sets tfjs up with our kernels, whole, relaxed and with threads, and hands
// on the cases that every backend must pass (src/device/cases).
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { PlaygroundError } from '../../src/core/errors';
import { registerWasmKernels } from '../../src/device/wasm';
import { histograms } from '../../src/device/cases/histogram';
import { runGroup } from '../../src/device/cases/run';
import { velocityLayout } from '../../src/device/contract';
import { runKernel } from '../../src/device/run-kernel';
import { noise } from '../../src/device/testing';

export { histograms, runGroup };
export { qparamTable } from './qparam-rules';

/** tfjs on wasm with our kernels. @returns threads used */
export async function setUp(threads: number): Promise<number> {
  setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  await tf.setBackend('wasm');
  await tf.ready();
  return registerWasmKernels({ wasmBase: '/wasm/', threads });
}

/** What calls of kernels give, or the error that ends them, on a backend of their own. */
export async function outcome(threads: number): Promise<{ threads: number; hash?: number; code?: string }> {
  const make = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', make);
  const started = await setUp(threads);
  try {
    return { threads: started, hash: await hashOfCalls(10) };
  } catch (error) {
    return { threads: started, code: (error as PlaygroundError).code };
  }
}

/** Calls kernels until one fails. @returns the error's code */
export async function firstFailure(): Promise<string> {
  for (;;) {
    try {
      await hashOfCalls(1);
    } catch (error) {
      return (error as PlaygroundError).code;
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Whether tfjs's registry holds kernels that only we bring, before and after they are registered. */
export async function registration(): Promise<boolean[]> {
  const ours = () => ['Conv2DBackpropFilter', 'QatFakeQuant'].some((name) => tf.getKernel(name, 'wasm') !== undefined);
  const before = ours();
  await setUp(1);
  return [before, ours()];
}

const WEIGHT = { scheme: 'symmetric', qmin: -8, qmax: 7, eps: 2 ** -23 } as const;
const AVERAGE = { mode: 'average', c: 0.5 } as const;
const BATCH_NORM = { eps: 1e-5, relu: true, frozen: false };

/** Bits of many kernel calls in a row, small and large, as one number; equal for every number of threads. */
export async function fingerprint(threads: number, rounds: number): Promise<number> {
  await setUp(threads);
  return hashOfCalls(rounds);
}

async function hashOfCalls(rounds: number): Promise<number> {
  let hash = 0;
  const attrs = { strides: 1, pad: 1, dataFormat: 'NHWC', dilations: 1 } as const;
  for (let round = 0; round < rounds; round++) {
    const [n, hw, ci, co] = [1 + (round % 9), 1 + (round % 5), 1 + (round % 21), 8 + (round % 80)];
    const map = [n, hw, hw, ci];
    const x = tf.tensor(noise(n * hw * hw * ci, round), map);
    const dy = tf.tensor(noise(n * hw * hw * co, round + 1), [n, hw, hw, co]);
    const [filter, ofFilter] = [2, 4].map((seed) => tf.tensor(noise(9 * ci * co, round + seed), [3, 3, ci, co]));
    const range = tf.tensor([-1, 1], [2, 1]);
    const ranges = tf.tensor([new Array<number>(co).fill(-1), new Array<number>(co).fill(1)]);
    const factor = tf.tensor1d(noise(co, round + 3).map((v) => 1.5 + v / 2));
    const statistics = { divisor: factor, gain: factor, offset: factor, mean: factor, variance: factor };
    const outputs = [
      ...runKernel('Conv2D', { x, filter }, attrs),
      ...runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: map }),
      ...runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
      ...runKernel('QatObserveMinMax', { x: dy, range }, AVERAGE),
      ...runKernel('QatObserveScaled', { x: filter, factor, range: ranges }, AVERAGE),
      ...runKernel('QatFakeQuantScaled', { x: filter, factor, range: ranges }, WEIGHT),
      ...runKernel('QatFakeQuantScaledGrad', { x: filter, dy: ofFilter, factor, range: ranges }, WEIGHT),
      ...runKernel('QatBatchNorm', { z: dy, ...statistics }, BATCH_NORM),
      ...runKernel('QatBatchNormGrad', { z: dy, dy, y: dy, ...statistics }, BATCH_NORM),
      ...steps([[n, hw, hw, co], [n * co], [3, 3, ci, co]]),
    ];
    for (const values of await Promise.all(outputs.map((output) => output.data<'float32'>())))
      for (const word of new Int32Array(values.buffer, values.byteOffset, values.length))
        hash = (Math.imul(hash, 31) + word) | 0;
    tf.dispose([outputs, x, dy, filter, ofFilter, range, ranges, factor]);
  }
  return hash;
}

/** Velocities and weights of parameters of the given shapes after two steps of SGD. */
function steps(shapes: number[][]): tf.Tensor[] {
  const parameters = shapes.map((shape, i) =>
    [12, 13].map((seed) => tf.tensor(noise(tf.util.sizeFromShape(shape), seed + 3 * i), shape)),
  );
  const { size } = velocityLayout(parameters.map(([w]) => w.size));
  const velocities = tf.tensor1d(noise(size, 14));
  for (const lr of [0.1, 0.001])
    runKernel('QatSgdMomentum', [velocities, ...parameters.flat()], { lr, momentum: 0.9, weightDecay: 1e-4 });
  return [velocities, ...parameters.flat()];
}
