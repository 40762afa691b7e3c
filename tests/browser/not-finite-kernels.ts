// Cases of the WebGPU kernels on values that are not finite, as the contract has it: exact, a NaN for a NaN, whatever its
// sign and payload. Not for what training makes of them: webgpu-not-finite.ts.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { FakeQuantAttrs } from '../../src/device/contract';
import { noise } from '../../src/device/testing';
import { setVariants, type Variant } from '../../src/device/webgpu/variants';
import { product, runKernel, type Outcome, type Tensors } from './kernel-check';
import * as reference from './webgpu-reference';
import type { Numbers, Window2d } from './webgpu-reference';

const OBSERVERS = [
  { mode: 'average', c: 1 },
  { mode: 'average', c: 0.01 },
  { mode: 'extreme', c: 1 },
] as const;

/** NaNs of both signs, quiet and signalling. */
const NANS = [0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff].map(
  (bits) => new Float32Array(Uint32Array.of(bits).buffer),
);

/** A copy with a NaN, or another value, in one place. */
function holed(values: Float32Array, at: number, hole: Float32Array): Float32Array {
  const copy = values.slice();
  // As bits: a number of JavaScript has but one NaN.
  new Uint32Array(copy.buffer)[at] = new Uint32Array(hole.buffer)[0];
  return copy;
}

const unseen = (ranges: number) => new Float32Array(2 * ranges).fill(Infinity).fill(-Infinity, ranges);
const places = (size: number) => [...new Set([0, 1, size >> 1, size - 2, size - 1])];
const same = (got: Numbers, wanted: Numbers) =>
  got.length === wanted.length &&
  Array.from(wanted).every((v, i) => got[i] === v || (Number.isNaN(v) && Number.isNaN(got[i])));

/** Runs a kernel once and frees its inputs. @param wanted of each output; undefined: anything */
async function exactly(
  name: string,
  kernel: string,
  inputs: Tensors,
  attrs: object,
  wanted: readonly (Numbers | undefined)[],
): Promise<Outcome> {
  const outputs = await runKernel(kernel, inputs, attrs);
  tf.dispose(inputs);
  const right = outputs.every((output, i) => wanted[i] === undefined || same(output, wanted[i]));
  return { name: `${kernel} ${name}`, worst: right && outputs.length === wanted.length ? 0 : Infinity, repeats: true };
}

/** A NaN in a tensor: both ends of its channel are NaN, and stay so. */
export async function observedNaN(shape: number[], perTensor: boolean): Promise<Outcome[]> {
  const ranges = perTensor ? 1 : shape[shape.length - 1];
  const [x, later] = [noise(product(shape), 6), noise(product(shape), 7)];
  const outcomes: Outcome[] = [];
  for (const [i, at] of places(x.length).entries())
    for (const observer of OBSERVERS) {
      const spoilt = holed(x, at, NANS[i % NANS.length]);
      const name = `${shape.join('x')}[${at}] ${perTensor} ${observer.mode}`;
      const seen = reference.observe(spoilt, unseen(ranges), observer);
      const observed = (name: string, x: Float32Array, range: Float32Array, wanted: Float32Array) =>
        exactly(name, 'QatObserveMinMax', { x: tf.tensor(x, shape), range: tf.tensor(range, [2, ranges]) }, observer, [
          wanted,
        ]);
      outcomes.push(
        await observed(name, spoilt, unseen(ranges), seen),
        await observed(`${name}, later`, later, seen, reference.observe(later, seen, observer)),
      );
      if (seen.filter(Number.isNaN).length !== 2) throw new Error(`${name}: the reference has lost its NaN`);
    }
  return outcomes;
}

/** Infinite values, one-sided ones, and ends that are not finite beforehand: what the host's rule says. */
export async function observedEnds(): Promise<Outcome[]> {
  const values = [
    [-Infinity, 2, 1],
    [-3, Infinity, 0],
    [-1, -2, -Infinity],
    [-5, -4, -6],
    [5, 4, 6],
    [1, NaN, 2],
  ];
  const ends = [-Infinity, -1, 2, Infinity, NaN];
  const outcomes: Outcome[] = [];
  for (const observer of OBSERVERS)
    for (const x of values)
      for (const range of ends.flatMap((low) => ends.map((high) => Float32Array.of(low, high)))) {
        const inputs = { x: tf.tensor1d(x), range: tf.tensor(range, [2, 1]) };
        const name = `${x} into ${[...range]} ${JSON.stringify(observer)}`;
        outcomes.push(
          await exactly(name, 'QatObserveMinMax', inputs, observer, [reference.observe(x, range, observer)]),
        );
      }
  return outcomes;
}

/** x * factor with a value that is not finite in either: its channel's ends, and a histogram's, are NaN or infinite. */
export async function observedProducts(): Promise<Outcome[]> {
  const [rows, channels] = [40, 7];
  const [x, factor] = [noise(rows * channels, 8), noise(channels, 9)];
  const outcomes: Outcome[] = [];
  for (const value of [NaN, Infinity, -Infinity, ...NANS])
    for (const inFactor of [true, false]) {
      const hole = typeof value === 'number' ? Float32Array.of(value) : value;
      const at = inFactor ? 3 : 100;
      const [v, k] = inFactor ? [x, holed(factor, at, hole)] : [holed(x, at, hole), factor];
      const wanted = reference.observe(
        v.map((element, i) => element * k[i % channels]),
        unseen(channels),
        OBSERVERS[0],
      );
      const range = tf.tensor(unseen(channels), [2, channels]);
      const inputs = { x: tf.tensor(v, [rows, channels]), factor: tf.tensor1d(k), range };
      outcomes.push(await exactly(`${[...hole]} ${inFactor}`, 'QatObserveScaled', inputs, OBSERVERS[0], [wanted]));
    }
  for (const hole of NANS) {
    const counts = tf.zeros([2048]);
    const inputs = { x: tf.tensor1d(holed(x, 50, hole)), counts, range: tf.tensor1d(unseen(1)) };
    outcomes.push(await exactly('NaN', 'QatObserveHistogram', inputs, {}, [undefined, [NaN, NaN]]));
  }
  return outcomes;
}

/** A NaN stays one, infinity is clamped; over a range that is not finite, or too wide, all is NaN. */
export async function quantized(attrs: FakeQuantAttrs): Promise<Outcome[]> {
  const [rows, channels] = [5, 6];
  const noisy = noise(rows * channels, 10);
  const x = NANS.reduce((values, hole, i) => holed(values, 7 * i, hole), noisy);
  x.set([Infinity, -Infinity], 11);
  const factor = holed(noise(channels, 11), 4, NANS[1]);
  const scaled = x.map((v, i) => v * factor[i % channels]);
  const ends = [
    [-1, 1],
    [NaN, NaN],
    [NaN, 1],
    [-1, NaN],
    [-Infinity, 1],
    [-1, Infinity],
    [-3e38, 3e38],
    [-Infinity, -1],
  ];
  const outcomes: Outcome[] = [];
  for (const [low, high] of ends) {
    const one = Float32Array.of(low, high);
    const each = new Float32Array(2 * channels).map(
      (_, i) => (i % channels === 2 ? one : [-2, 3])[Number(i >= channels)],
    );
    const of = (values: Float32Array, range: Float32Array) => ({
      x: tf.tensor(values, [rows, channels]),
      range: tf.tensor(range, [2, range.length / 2]),
    });
    const name = `[${low}, ${high}] ${JSON.stringify(attrs)}`;
    const wanted = (values: Float32Array, range: Float32Array) => [reference.fakeQuant(values, range, attrs).y];
    outcomes.push(
      await exactly(name, 'QatFakeQuant', of(x, one), attrs, wanted(x, one)),
      await exactly(`${name} per channel`, 'QatFakeQuant', of(x, each), attrs, wanted(x, each)),
      await exactly(
        `${name} scaled`,
        'QatFakeQuantScaled',
        { ...of(x, each), factor: tf.tensor1d(factor) },
        attrs,
        wanted(scaled, each),
      ),
    );
  }
  // The host throws for a range that has seen nothing.
  const inputs = { x: tf.tensor1d(noisy), range: tf.tensor(unseen(1), [2, 1]) };
  outcomes.push(await exactly('unseen', 'QatFakeQuant', inputs, attrs, [noisy.map(() => NaN)]));
  return outcomes;
}

/** Windows with a NaN, and with nothing but -Infinity. */
export async function pooledNaN(s: Window2d): Promise<Outcome[]> {
  const shape = [s.n, s.h, s.w, s.c];
  const infinite = noise(product(shape), 12).map((v, i) => (Math.floor(i / s.c) % s.w < s.k ? -Infinity : v));
  const x = NANS.reduce((values, hole, i) => holed(values, 41 * i, hole), infinite);
  const wanted = reference.maxPool(x, s);
  if (![NaN, -Infinity].every((value) => wanted.includes(value))) throw new Error('No window is like that.');
  const attrs = { filterSize: s.k, strides: s.stride, pad: s.pad };
  return [await exactly(JSON.stringify(s), 'MaxPool', { x: tf.tensor(x, shape) }, attrs, [wanted])];
}

/** ReLU by itself, of a convolution with bias, and of batch norm; and a factor per channel. */
export async function rectified(): Promise<Outcome[]> {
  const values = [Infinity, -Infinity, -0, 0, 1e-30, -1e-30, 3, -3];
  const all = NANS.reduce(
    (list, hole) => holed(Float32Array.of(...list, 0), list.length, hole),
    Float32Array.from(values),
  );
  const wanted = all.map((v) => Math.max(v, 0));
  const outcomes = [await exactly('alone', 'Relu', { x: tf.tensor1d(all) }, {}, [wanted])];

  // One pixel, one input channel of 1: the sums are the filter.
  const bias = tf.zeros([all.length]);
  const filter = tf.tensor(all, [1, 1, 1, all.length]);
  const attrs = { strides: 1, pad: 0, dataFormat: 'NHWC', dilations: 1, activation: 'relu' };
  const ones = (n: number) => Array.from({ length: n }, () => [...wanted]).flat();
  for (const variant of ['registers', 'subgroups', 'workgroup'] satisfies Variant[])
    for (const n of [1, 33]) {
      setVariants((tf.backend() as WebGPUBackend).device, variant);
      const inputs = { x: tf.ones([n, 1, 1, 1]), filter: filter.clone(), bias: bias.clone() };
      outcomes.push(await exactly(`${variant}, ${n} samples`, 'FusedConv2D', inputs, attrs, [ones(n)]));
    }
  tf.dispose([bias, filter]);

  const [rows, channels] = [40, 5];
  const z = noise(rows * channels, 13);
  const vector = (value: number) => tf.fill([channels], value);
  for (const frozen of [true, false])
    for (const hole of [Float32Array.of(Infinity), Float32Array.of(-Infinity), ...NANS]) {
      const spoilt = holed(z, 52, hole);
      const rule = { eps: 0, relu: true, frozen };
      const numbers = (value: number) => new Float32Array(channels).fill(value);
      const given = {
        divisor: numbers(1),
        gain: numbers(1),
        offset: numbers(0),
        mean: numbers(0),
        variance: numbers(1),
      };
      const { y } = reference.batchNorm(spoilt, given, rule);
      const inputs = {
        ...{ z: tf.tensor(spoilt, [rows, channels]), divisor: vector(1), gain: vector(1) },
        ...{ offset: vector(0), mean: vector(0), variance: vector(1) },
      };
      // Where the batch's own statistics count, all of a channel is NaN; of the others, only that they are numbers.
      const outputs = await runKernel('QatBatchNorm', inputs, rule);
      tf.dispose(inputs);
      const kind = (v: number) => (Number.isNaN(v) ? 'NaN' : v === Infinity ? 'infinite' : 'finite');
      const right = outputs[0].every((v, i) => kind(v) === kind(y[i]));
      const variance = frozen || Number.isNaN(outputs[2][52 % channels]);
      const name = `QatBatchNorm ${[...hole]} ${frozen}`;
      outcomes.push({ name, worst: right && variance ? 0 : Infinity, repeats: true });
    }

  for (const [gain, variance, factor] of [
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [Infinity, 1, Infinity],
    [-Infinity, 1, -Infinity],
    [1, Infinity, 2 ** -20],
    [-0, 1, 2 ** -20],
  ]) {
    const inputs = { gain: tf.tensor1d([gain, 1]), variance: tf.tensor1d([variance, 1]) };
    const rule = { eps: 0, smallest: 2 ** -20 };
    outcomes.push(await exactly(`${gain} ${variance}`, 'QatScaleFactor', inputs, rule, [[factor, 1], undefined]));
  }
  return outcomes;
}
