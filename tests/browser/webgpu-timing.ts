// Times single WebGPU kernels in the page, ours or tfjs's own, on the network's shapes. Not a test: figures only.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { setUp } from './webgpu-kernels';

type Attrs = Parameters<ReturnType<typeof tf.engine>['runKernel']>[2];

/** The network's convolutions: map size, channels, window, stride and how often each occurs. */
export const LAYERS = [
  [32, 3, 64, 7, 2, 1],
  [8, 64, 64, 3, 1, 4],
  [8, 64, 128, 3, 2, 1],
  [8, 64, 128, 1, 2, 1],
  [4, 128, 128, 3, 1, 3],
  [4, 128, 256, 3, 2, 1],
  [4, 128, 256, 1, 2, 1],
  [2, 256, 256, 3, 1, 3],
  [2, 256, 512, 3, 2, 1],
  [2, 256, 512, 1, 2, 1],
  [1, 512, 512, 3, 1, 3],
] as const;

/** Milliseconds of one run, the least of `repeats`; the first run, which compiles, is not counted. */
export async function time(run: () => tf.TensorInfo | tf.TensorInfo[], repeats: number, inner = 1): Promise<number> {
  const backend = tf.backend() as WebGPUBackend;
  let least = Infinity;
  for (let i = 0; i <= repeats; i++) {
    const start = performance.now();
    for (let j = 0; j < inner; j++) tf.dispose(run() as tf.Tensor | tf.Tensor[]);
    backend.endComputePassEncoder();
    backend.ensureCommandEncoderReady();
    backend.submitQueue();
    await backend.queue.onSubmittedWorkDone();
    if (i > 0) least = Math.min(least, (performance.now() - start) / inner);
  }
  return least;
}

/** Forward, input gradient and filter gradient of every layer: [layer, ms, ms, ms, live MMAC]. */
export async function convolutions(batch: number, repeats: number): Promise<(string | number)[][]> {
  await setUp();
  const rows: (string | number)[][] = [];
  for (const [hw, ci, co, k, stride] of LAYERS) {
    const pad = Math.floor(k / 2);
    const oh = Math.floor((hw + 2 * pad - k) / stride) + 1;
    const x = tf.randomNormal([batch, hw, hw, ci]);
    const filter = tf.randomNormal([k, k, ci, co]);
    const dy = tf.randomNormal([batch, oh, oh, co]);
    const attrs = { strides: stride, pad, dataFormat: 'NHWC', dilations: 1 };
    const kernel = (name: string, inputs: Record<string, tf.Tensor>, more: object) =>
      time(() => tf.engine().runKernel(name, inputs, { ...attrs, ...more } as object as Attrs), repeats);
    let live = 0;
    for (let o = 0; o < oh; o++)
      for (let t = 0; t < k; t++) if (o * stride + t - pad >= 0 && o * stride + t - pad < hw) live++;
    rows.push([
      `${hw} ${ci}->${co} k${k} s${stride}`,
      await kernel('Conv2D', { x, filter }, {}),
      await kernel('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }),
      await kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }),
      (live * live * ci * co * batch) / 1e3,
    ]);
    tf.dispose([x, filter, dy]);
  }
  return rows;
}

/** The other kernels on their largest tensors. */
export async function others(batch: number, repeats: number): Promise<(string | number)[][]> {
  await setUp();
  const rows: (string | number)[][] = [];
  const kernel = async (label: string, name: string, inputs: Record<string, tf.Tensor>, attrs: object) => {
    const run = () => tf.engine().runKernel(name, inputs, attrs as Attrs);
    rows.push([label, await time(run, repeats)]);
  };
  const weight = tf.randomNormal([3, 3, 512, 512]);
  const map = tf.randomNormal([batch, 16, 16, 64]);
  const pooled = tf.randomNormal([batch, 8, 8, 64]);
  const per = (c: number) => tf.tensor([...Array<number>(c).fill(-1), ...Array<number>(c).fill(1)], [2, c]);
  const v = (c: number) => tf.ones([c]);
  const w8 = { symmetric: true, qmin: -128, qmax: 127, eps: 2 ** -23 };
  const a8 = { symmetric: false, qmin: 0, qmax: 127, eps: 2 ** -23 };
  await kernel('observe weight', 'QatObserveMinMax', { x: weight, range: per(512) }, { mode: 'average', c: 1 });
  await kernel('fq weight', 'QatFakeQuant', { x: weight, range: per(512) }, w8);
  await kernel('fq grad weight', 'QatFakeQuantGrad', { x: weight, dy: weight, range: per(512) }, w8);
  await kernel(
    'sgd weight',
    'QatSgdMomentum',
    { w: weight, g: weight, v: weight },
    { lr: 0.1, momentum: 0.9, weightDecay: 1e-4 },
  );
  await kernel('observe map', 'QatObserveMinMax', { x: map, range: per(1) }, { mode: 'average', c: 0.01 });
  await kernel('fq map', 'QatFakeQuant', { x: map, range: per(1) }, a8);
  await kernel('fq grad map', 'QatFakeQuantGrad', { x: map, dy: map, range: per(1) }, a8);
  const bn = { divisor: v(64), gain: v(64), offset: v(64), mean: v(64), variance: v(64) };
  const attrs = { eps: 1e-5, relu: true, frozen: false };
  await kernel('bn map', 'QatBatchNorm', { z: map, ...bn }, attrs);
  await kernel('bn grad map', 'QatBatchNormGrad', { z: map, dy: map, y: map, ...bn }, attrs);
  const pool = { filterSize: 3, strides: 2, pad: 1 };
  await kernel('pool', 'MaxPool', { x: map }, pool);
  await kernel('pool grad', 'MaxPoolGrad', { dy: pooled, input: map, output: pooled }, pool);
  await kernel('mul weight (stock)', 'Multiply', { a: weight, b: v(512) }, {});
  await kernel('sum weight (stock)', 'Sum', { x: weight }, { axis: [0, 1, 2], keepDims: false });
  await kernel('add map (stock)', 'Add', { a: map, b: map }, {});
  await kernel('relu map (stock)', 'Relu', { x: map }, {});
  return rows;
}

/** Device time of each dispatch of a first-layer forward and filter gradient. */
export async function firstLayer(batch: number): Promise<string[]> {
  await setUp();
  const x = tf.randomNormal([batch, 32, 32, 3]) as tf.Tensor4D;
  const f = tf.randomNormal([7, 7, 3, 64]) as tf.Tensor4D;
  const dy = tf.randomNormal([batch, 16, 16, 64]) as tf.Tensor4D;
  const out: string[] = [];
  for (let i = 0; i < 3; i++) {
    const info = await (tf.backend() as WebGPUBackend).time(() => {
      tf.tidy(() => tf.conv2d(x, f, 2, 3));
      tf.tidy(() =>
        tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, {
          strides: 2,
          pad: 3,
          dataFormat: 'NHWC',
          filterShape: [7, 7, 3, 64],
        } as Attrs),
      );
    });
    out.push((info as unknown as { getExtraProfileInfo(): string }).getExtraProfileInfo());
  }
  return out;
}
