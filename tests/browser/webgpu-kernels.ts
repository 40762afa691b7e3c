// What the WebGPU kernel specs run in the page: sets tfjs up with our kernels and compares each with its reference.
// Every function returns one line per case: how far off it was, in units of the case's tolerance.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { BINS, HistogramObserver } from '../../src/quant/histogram-observer';
import {
  BATCH_NORM,
  BATCH_NORM_GRAD,
  FAKE_QUANT,
  FAKE_QUANT_GRAD,
  FAKE_QUANT_SCALED,
  FAKE_QUANT_SCALED_GRAD,
  OBSERVE_HISTOGRAM,
  OBSERVE_MINMAX,
  OBSERVE_SCALED,
  RUNNING_STATISTICS,
  SCALE_FACTOR,
  SGD_MOMENTUM,
  velocityLayout,
  type BatchNormAttrs,
  type FakeQuantAttrs,
  type ObserveMinMaxAttrs,
} from '../../src/train/kernels/contract';
import { registerWebGpuKernels } from '../../src/train/kernels/webgpu';
import { registerWebGpuBackend } from '../../src/train/kernels/webgpu/device';
import { setVariants, type Variant } from '../../src/train/kernels/webgpu/variants';
import * as reference from './webgpu-reference';
import type { Numbers, Window2d } from './webgpu-reference';

export interface Outcome {
  readonly name: string;
  /** Largest difference over tolerance; at most 1 passes. */
  readonly worst: number;
  /** Whether a second run gave the same bits. */
  readonly repeats: boolean;
}

let ready: Promise<void> | undefined;

/** tfjs on webgpu with our kernels, once per page. */
export function setUp(): Promise<void> {
  ready ??= (async () => {
    registerWebGpuBackend();
    await tf.setBackend('webgpu');
    await tf.ready();
    await registerWebGpuKernels();
  })();
  return ready;
}

/** Runs a kernel by its name, on named tensors or a list; every output's values. */
export async function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor> | readonly tf.Tensor[],
  attrs: object,
): Promise<Float32Array[]> {
  const named = inputs as Record<string, tf.Tensor>;
  const out = tf.engine().runKernel(name, named, attrs as Parameters<ReturnType<typeof tf.engine>['runKernel']>[2]);
  const tensors = (Array.isArray(out) ? out : [out]) as tf.Tensor[];
  const values = await Promise.all(tensors.map((t) => t.data<'float32'>()));
  tensors.forEach((t) => t.dispose());
  return values;
}

/** Reproducible numbers, roughly normal. */
export function noise(size: number, seed: number): Float32Array {
  let state = seed * 2654435761 + 12345;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: size }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
const random = (shape: number[], seed: number) => tf.tensor(noise(product(shape), seed), shape);

/** Largest |got - wanted| over tolerance * max(1, |wanted|). NaN is infinitely far, but anything may be where it is wanted. */
function distance(got: Numbers, wanted: Numbers, tolerance: number): number {
  if (got.length !== wanted.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const off =
      got[i] === wanted[i] || Number.isNaN(wanted[i])
        ? 0
        : Math.abs(got[i] - wanted[i]) / (tolerance * Math.max(1, Math.abs(wanted[i])));
    worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
  }
  return worst;
}

type Tensors = Record<string, tf.Tensor>;

/** Runs twice, on inputs made anew if one is used up, compares with the wanted outputs and frees the inputs. */
async function check(
  name: string,
  kernel: string,
  inputs: Tensors | (() => Tensors),
  attrs: object,
  wanted: Numbers[],
  tolerance: number,
): Promise<Outcome> {
  const tensors = tf.memory().numTensors;
  const run = async () => {
    if (typeof inputs !== 'function') return runKernel(kernel, inputs, attrs);
    const made = inputs();
    const values = await runKernel(kernel, made, attrs);
    tf.dispose(made);
    return values;
  };
  const first = await run();
  const second = await run();
  const leaked = tf.memory().numTensors !== tensors;
  const worst = leaked ? Infinity : Math.max(...wanted.map((w, i) => distance(first[i], w, tolerance)));
  const settled = (values: Numbers, i: number) =>
    Array.from(wanted[i], (w, at) => (Number.isNaN(w) ? NaN : values[at]));
  const repeats = first.every((values, i) => distance(second[i], settled(values, i), 1e-30) === 0);
  if (typeof inputs !== 'function') tf.dispose(inputs);
  return { name, worst, repeats };
}

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

/** Observer, fake-quant and its gradient on one tensor, exact where the adapter's division is. */
export async function fakeQuantization(
  shape: number[],
  perChannel: boolean,
  attrs: FakeQuantAttrs,
  observer: ObserveMinMaxAttrs,
  empty: boolean,
): Promise<Outcome[]> {
  const ranges = perChannel ? shape[shape.length - 1] : 1;
  const x = noise(product(shape), 3);
  const dy = noise(product(shape), 4);
  const before = new Float32Array(2 * ranges).map((_, i) =>
    empty ? (i < ranges ? Infinity : -Infinity) : (i < ranges ? -1 : 1) * (0.5 + (i % ranges) / ranges),
  );
  const name = `${shape.join('x')} ${JSON.stringify({ perChannel, ...attrs, ...observer, empty })}`;
  const after = reference.observe(x, before, observer);
  const { y, inside } = reference.fakeQuant(x, after, attrs);
  const dx = dy.map((v, i) => (inside[i] ? v : 0));
  const range = (values: Float32Array) => tf.tensor(values, [2, ranges]);
  return [
    await check(
      `${OBSERVE_MINMAX} ${name}`,
      OBSERVE_MINMAX,
      { x: tf.tensor(x, shape), range: range(before) },
      observer,
      [after],
      1e-30,
    ),
    await check(
      `${FAKE_QUANT} ${name}`,
      FAKE_QUANT,
      { x: tf.tensor(x, shape), range: range(after) },
      attrs,
      [y],
      1e-30,
    ),
    await check(
      `${FAKE_QUANT_GRAD} ${name}`,
      FAKE_QUANT_GRAD,
      { x: tf.tensor(x, shape), dy: tf.tensor(dy, shape), range: range(after) },
      attrs,
      [dx],
      1e-30,
    ),
  ];
}

/** Batches for the histogram observer by name, of about `size` values. */
const HISTOGRAM_BATCHES: Readonly<Record<string, (size: number) => readonly ArrayLike<number>[]>> = {
  widening: (size) => [1, 2, 3, 4].map((seed) => noise(size, seed).map((v) => v * (1 + seed / 50) + seed / 100)),
  'much wider': (size) => [1, 30, 30].map((factor) => noise(size, factor).map((v) => v * factor)),
  'after ReLU': (size) => [1, 2, 3].map((seed) => noise(size, seed).map((v) => Math.max(v * seed, 0))),
  'edges of bins': (size) => [1, 1 / 3].map((f) => Array.from({ length: size }, (_, i) => ((i % 2049) / 256 - 3) * f)),
  'one value': () => [[5, 5], [5], [4], [4, 5, 6]],
  zeros: () => [[0], [-0], [0, 0], [1]],
  infinities: () => [[Infinity, -Infinity], [1, Infinity, -Infinity, 3, 2], [-Infinity], [-5, Infinity, 9]],
};

/**
 * The running histogram step by step against the host's: the same ends and as many counts in all. Off is then the share
 * of counts in other bins over `share` (0: none may be), and the range found in it, over two bins.
 */
export async function histogram(batches: string, size: number, share: number): Promise<Outcome[]> {
  const observer = new HistogramObserver();
  const unseen = { counts: new Float32Array(BINS), min: Infinity, max: -Infinity };
  const outcomes: Outcome[] = [];
  for (const batch of HISTOGRAM_BATCHES[batches](size)) {
    const x = Float32Array.from(batch);
    const before = observer.histogram ?? unseen;
    observer.observe(x);
    const wanted = observer.histogram ?? unseen;
    const range = [before.min, before.max];
    const inputs = { x: tf.tensor1d(x), counts: tf.tensor1d(before.counts), range: tf.tensor1d(range) };
    const tensors = tf.memory().numTensors;
    const [counts, [min, max]] = await runKernel(OBSERVE_HISTOGRAM, inputs, {});
    const again = await runKernel(OBSERVE_HISTOGRAM, inputs, {});
    const leaked = tf.memory().numTensors !== tensors;
    tf.dispose(inputs);

    const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
    const same = min === wanted.min && max === wanted.max && total(counts) === total(wanted.counts) && !leaked;
    const moved = total(counts.map((value, i) => Math.abs(value - wanted.counts[i]))) / 2;
    const [found, searched] = [new HistogramObserver({ counts, min, max }), observer].map((o) => o.range());
    const apart = searched
      ? Math.max(...(['min', 'max'] as const).map((k) => Math.abs(found![k][0] - searched[k][0])))
      : 0;
    const over = (off: number, allowed: number) => (off === 0 ? 0 : off / allowed);
    const elsewhere = over(moved, share * total(counts));
    const worst = same ? Math.max(elsewhere, over(apart, (2 * (max - min)) / BINS)) : Infinity;
    const repeats = distance(again[0], counts, 1e-30) === 0 && again[1][0] === min && again[1][1] === max;
    outcomes.push({ name: `${OBSERVE_HISTOGRAM} ${batches}, ${size}, moved ${moved}`, worst, repeats });
  }
  return outcomes;
}

/**
 * The same of x * factor at some taps of a filter, exact but for the factor's gradient. Outputs at other taps are
 * whatever they are: a wanted NaN stands for that.
 */
export async function scaledFakeQuantization(
  shape: number[],
  attrs: FakeQuantAttrs,
  taps?: number[],
): Promise<Outcome[]> {
  const channels = shape[shape.length - 1];
  const x = noise(product(shape), 21);
  const perTap = product(shape.slice(-2));
  const visited = (i: number) => !taps || taps.includes(Math.floor(i / perTap));
  const dy = noise(product(shape), 22).map((v, i) => (visited(i) ? v : 0));
  const factor = noise(channels, 23).map((v) => (v < 0 ? v - 0.5 : v + 0.5));
  const scaled = x.map((v, i) => Math.fround(v * factor[i % channels]));
  const observer = { mode: 'average', c: 1 } as const;
  const unseen = new Float32Array(2 * channels).fill(Infinity).fill(-Infinity, channels);
  const after = reference.observe(scaled, unseen, observer);
  const { y, inside } = reference.fakeQuant(scaled, after, attrs);
  const g = dy.map((v, i) => (inside[i] ? v : 0));
  const dfactor = new Float64Array(channels);
  g.forEach((v, i) => (dfactor[i % channels] += v * x[i]));
  const name = `${shape.join('x')} taps ${taps}`;
  const given = () => ({ x: tf.tensor(x, shape), factor: tf.tensor1d(factor) });
  const range = () => tf.tensor(after, [2, channels]);
  const backward = () => ({ ...given(), dy: tf.tensor(dy, shape), range: range() });
  const wanted = [g.map((v, i) => v * factor[i % channels]), dfactor];
  const only = Float32Array.from(y, (v, i) => (visited(i) ? v : NaN));
  const ofScaled = { ...attrs, taps };
  return [
    await check(
      `${OBSERVE_SCALED} ${name}`,
      OBSERVE_SCALED,
      { ...given(), range: tf.tensor(unseen, [2, channels]) },
      observer,
      [after],
      1e-30,
    ),
    await check(
      `${FAKE_QUANT_SCALED} ${name}`,
      FAKE_QUANT_SCALED,
      { ...given(), range: range() },
      ofScaled,
      [only],
      1e-30,
    ),
    await check(`${FAKE_QUANT_SCALED_GRAD} ${name}`, FAKE_QUANT_SCALED_GRAD, backward, ofScaled, wanted, 2e-6),
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
    `${BATCH_NORM} ${name}`,
    BATCH_NORM,
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
    `${BATCH_NORM_GRAD} ${name}`,
    BATCH_NORM_GRAD,
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
      `${RUNNING_STATISTICS} ${channels}`,
      RUNNING_STATISTICS,
      statistics,
      rule,
      [newMean, newVariance],
      5e-7,
    ),
    await check(`${SCALE_FACTOR} ${channels}`, SCALE_FACTOR, inputs, { eps, smallest }, [factor, slope], 1e-6),
  ];
}

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
      name: `${SGD_MOMENTUM} ${shapes[i]}: ${'wv'[which]}`,
      worst: distance(first[i][which], want, 1e-6),
      repeats: distance(second[i][which], first[i][which], 1e-30) === 0,
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
    await runKernel(SGD_MOMENTUM, [velocities, ...tensors.flat()], { lr, momentum: 0.9, weightDecay: 1e-4 });
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
