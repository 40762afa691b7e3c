// What the WebGPU kernel specs run in the page: sets tfjs up with our kernels and compares each with its reference.
// Every function returns one line per case: how far off it was, in units of the case's tolerance.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BatchNormAttrs } from '../../src/device/contract';
import { noise } from '../../src/device/testing';
import { registerWebGpuKernels } from '../../src/device/webgpu';
import { startWebGpuBackend } from '../../src/device/webgpu/start';
import { setVariants, type Variant } from '../../src/device/webgpu/variants';
import { resnet18 } from '../../src/graph/resnet18';
import { convolutionsOf } from '../../src/train/convolutions';
import { check, product, type Outcome } from './kernel-check';
import * as reference from './webgpu-reference';
import type { Numbers, Window2d } from './webgpu-reference';

export { observedEnds, observedNaN, observedProducts, pooledNaN, quantized, rectified } from './not-finite-kernels';
export { fakeQuantization, histogram, qparamTable, scaledFakeQuantization } from './quantization-cases';
export { sgd } from './sgd-cases';

let ready: Promise<void> | undefined;

/** tfjs on webgpu with our kernels, once per page. */
export function setUp(): Promise<void> {
  ready ??= (async () => {
    await startWebGpuBackend();
    await registerWebGpuKernels(convolutionsOf(resnet18()));
  })();
  return ready;
}

const random = (shape: number[], seed: number) => tf.tensor(noise(product(shape), seed), shape);

const label = (s: Window2d) => `${s.n}x${s.h}x${s.w}x${s.c} -> ${s.co}, k${s.k} s${s.stride} p${s.pad}`;

/** Float32 sums of `terms` products against float64: random rounding grows with the root of their number. */
const sumTolerance = (terms: number) => 5e-7 * Math.sqrt(terms) + 1e-6;

/** Conv2D, FusedConv2D with bias and ReLU, and both gradients of one shape, by one variant of the WebGPU kernels if asked. */
export async function convolution(s: Window2d, variant?: Variant): Promise<Outcome[]> {
  if (variant) setVariants((tf.backend() as WebGPUBackend).device, variant);
  const [oh, ow] = [reference.outSize(s.h, s), reference.outSize(s.w, s)];
  const xShape = [s.n, s.h, s.w, s.c];
  const fShape = [s.k, s.k, s.c, s.co];
  const yShape = [s.n, oh, ow, s.co];
  const [x, f, dy, b] = [xShape, fShape, yShape, [s.co]].map((shape, i) => noise(product(shape), i + 1));
  const attrs = { strides: s.stride, pad: s.pad, dataFormat: 'NHWC', dilations: 1 };
  const y = reference.conv(x, f, s);
  const fused = y.map((v, i) => Math.max(0, v + b[i % s.co]));
  const terms = s.k * s.k * s.c;
  return [
    await check(
      `Conv2D ${label(s)}`,
      'Conv2D',
      { x: tf.tensor(x, xShape), filter: tf.tensor(f, fShape) },
      attrs,
      [y],
      sumTolerance(terms),
    ),
    await check(
      `FusedConv2D ${label(s)}`,
      'FusedConv2D',
      { x: tf.tensor(x, xShape), filter: tf.tensor(f, fShape), bias: tf.tensor(b, [s.co]) },
      { ...attrs, activation: 'relu' },
      [fused],
      sumTolerance(terms),
    ),
    await check(
      `Conv2DBackpropInput ${label(s)}`,
      'Conv2DBackpropInput',
      { dy: tf.tensor(dy, yShape), filter: tf.tensor(f, fShape) },
      { ...attrs, inputShape: xShape },
      [reference.convInputGrad(dy, f, s)],
      sumTolerance(s.k * s.k * s.co),
    ),
    await check(
      `Conv2DBackpropFilter ${label(s)}`,
      'Conv2DBackpropFilter',
      { x: tf.tensor(x, xShape), dy: tf.tensor(dy, yShape) },
      { ...attrs, filterShape: fShape },
      [reference.convFilterGrad(x, dy, s)],
      sumTolerance(s.n * oh * ow),
    ),
  ];
}

/** MaxPool and its gradient, exact; coarse values, so that windows hold ties. */
export async function pooling(s: Window2d): Promise<Outcome[]> {
  const xShape = [s.n, s.h, s.w, s.c];
  const yShape = [s.n, reference.outSize(s.h, s), reference.outSize(s.w, s), s.c];
  const x = noise(product(xShape), 1).map((v) => Math.round(v * 2) / 4);
  const dy = noise(product(yShape), 2).map((v) => Math.round(v * 64) / 64);
  const attrs = { filterSize: s.k, strides: s.stride, pad: s.pad };
  const y = reference.maxPool(x, s);
  return [
    await check(`MaxPool ${label(s)}`, 'MaxPool', { x: tf.tensor(x, xShape) }, attrs, [y], 1e-30),
    await check(
      `MaxPoolGrad ${label(s)}`,
      'MaxPoolGrad',
      { dy: tf.tensor(dy, yShape), input: tf.tensor(x, xShape), output: tf.tensor(Float32Array.from(y), yShape) },
      attrs,
      [reference.maxPoolGrad(dy, x, s)],
      1e-30,
    ),
  ];
}

/** Batch norm against float64 and its gradient against central differences of the float64 forward. */
export async function batchNormalization(shape: number[], shift: number, attrs: BatchNormAttrs): Promise<Outcome[]> {
  const C = shape[shape.length - 1];
  const size = product(shape);
  const z = noise(size, 5).map((v, i) => v * (1 + (i % C)) * 0.3 + shift);
  const dy = noise(size, 6);
  const positive = (seed: number) => noise(C, seed).map((v) => 1 + 0.3 * v);
  const v = {
    divisor: positive(7),
    gain: positive(8),
    offset: noise(C, 9),
    mean: noise(C, 10).map((m) => m + shift),
    variance: positive(11),
  };
  const name = `${shape.join('x')} ${JSON.stringify({ shift, ...attrs })}`;
  const { y, mean, variance } = reference.batchNorm(z, v, attrs);
  const vector = (values: Numbers) => tf.tensor1d(Float32Array.from(values));
  const map = (values: Numbers) => tf.tensor(Float32Array.from(values), shape);
  const vectors = () => ({ divisor: vector(v.divisor), gain: vector(v.gain), offset: vector(v.offset) });
  // The mean's last bit is worth 2^-24 * |mean| / std of an output.
  const tolerance = 4e-6 + 1e-6 * Math.abs(shift);
  const forward = await check(
    `QatBatchNorm ${name}`,
    'QatBatchNorm',
    { z: map(z), ...vectors(), mean: vector(v.mean), variance: vector(v.variance) },
    attrs,
    [y, mean, variance],
    tolerance,
  );
  const wanted = [z, v.divisor, v.gain, v.offset].map((values) =>
    differences(Float64Array.from(values), (moved) => {
      const at = (original: Numbers) => (original === values ? moved : original);
      const vectors = { ...v, divisor: at(v.divisor), gain: at(v.gain), offset: at(v.offset) };
      return reference.batchNormLoss(at(z), vectors, dy, attrs);
    }),
  );
  const backward = await check(
    `QatBatchNormGrad ${name}`,
    'QatBatchNormGrad',
    { z: map(z), dy: map(dy), y: map(y), ...vectors(), mean: vector(mean), variance: vector(variance) },
    attrs,
    wanted,
    3e-5 + 3e-6 * Math.abs(shift),
  );
  return [forward, backward];
}

/** Central differences of a float64 function, element by element. */
function differences(at: Float64Array, value: (moved: Float64Array) => number): Float64Array {
  const h = 1e-5;
  return at.map((original, i) => {
    const moved = at.slice();
    moved[i] = original + h;
    const above = value(moved);
    moved[i] = original - h;
    return (above - value(moved)) / (2 * h);
  });
}

/** Running statistics, and the factor of ConvBn QAT with a gain of 0 and one too small among the others. */
export async function vectors(channels: number): Promise<Outcome[]> {
  const [mean, batchMean, gain] = [31, 32, 33].map((seed) => noise(channels, seed));
  const [variance, batchVariance] = [34, 35].map((seed) => noise(channels, seed).map((v) => 0.1 + v * v));
  gain.set([0, 2 ** -30]);
  const smallest = 2 ** -20;
  const eps = 1e-5;
  const sigmas = Array.from(variance, (v) => Math.sqrt(v + eps));
  const isTiny = sigmas.map((sigma, i) => Math.abs(gain[i] / sigma) < smallest);
  const factor = sigmas.map((sigma, i) => (isTiny[i] ? smallest : gain[i] / sigma));
  const slope = sigmas.map((sigma, i) => (isTiny[i] ? 0 : 1 / sigma));
  const unbiased = 32 / 31;
  const newMean = Array.from(mean, (v, i) => 0.9 * v + 0.1 * batchMean[i]);
  const newVariance = Array.from(variance, (v, i) => 0.9 * v + 0.1 * unbiased * batchVariance[i]);
  const given = Object.entries({ mean, variance, batchMean, batchVariance });
  const statistics = Object.fromEntries(given.map(([name, values]) => [name, tf.tensor1d(values)]));
  const inputs = { gain: tf.tensor1d(gain), variance: tf.tensor1d(variance) };
  const rule = { momentum: 0.1, unbiased };
  return [
    await check(
      `QatRunningStatistics ${channels}`,
      'QatRunningStatistics',
      statistics,
      rule,
      [newMean, newVariance],
      5e-7,
    ),
    await check(`QatScaleFactor ${channels}`, 'QatScaleFactor', inputs, { eps, smallest }, [factor, slope], 1e-6),
  ];
}

/** Whether a convolution we leave to tfjs (dilated) still runs, against the same taps spread out by zeros. */
export async function stockFallback(): Promise<Outcome[]> {
  const x = random([1, 9, 9, 4], 1) as tf.Tensor4D;
  const f = noise(3 * 3 * 4 * 8, 2);
  const spread = new Float32Array(5 * 5 * 4 * 8);
  for (let ky = 0; ky < 3; ky++)
    for (let kx = 0; kx < 3; kx++)
      spread.set(f.subarray((ky * 3 + kx) * 32, (ky * 3 + kx + 1) * 32), (ky * 10 + kx * 2) * 32);
  const s = { n: 1, h: 9, w: 9, c: 4, co: 8, k: 5, stride: 1, pad: 2 };
  const wanted = reference.conv(await x.data(), spread, s);
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 2 };
  return [await check('dilated Conv2D', 'Conv2D', { x, filter: tf.tensor(f, [3, 3, 4, 8]) }, attrs, [wanted], 1e-5)];
}
