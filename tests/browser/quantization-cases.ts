// Cases of the kernels that observe and fake-quantize, for every backend; see kernel-check.ts.
import * as tf from '@tensorflow/tfjs';
import type { FakeQuantAttrs, ObserveMinMaxAttrs } from '../../src/device/contract';
import { qparamsOf } from '../../src/device/qparams';
import { distance, noise } from '../../src/device/testing';
import { BINS, HistogramObserver } from '../../src/quant/histogram-observer';
import { mismatches, OBSERVED, RANGES, RULES, tableCases, type TableCase } from '../qparam-table';
import { check, product, runKernel, type Outcome } from './kernel-check';
import * as reference from './webgpu-reference';

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
  const qparams = qparamsOf(after, attrs);
  const given = Float32Array.from([...qparams.map(({ scale }) => scale), ...qparams.map(({ zeroPoint }) => zeroPoint)]);
  return [
    await check(
      `QatObserveMinMax ${name}`,
      'QatObserveMinMax',
      { x: tf.tensor(x, shape), range: range(before) },
      observer,
      [after],
      1e-30,
    ),
    await check(
      `QatFakeQuant ${name}`,
      'QatFakeQuant',
      { x: tf.tensor(x, shape), range: range(after) },
      attrs,
      [y],
      1e-30,
    ),
    await check(
      `QatFakeQuant given ${name}`,
      'QatFakeQuant',
      { x: tf.tensor(x, shape), range: range(given) },
      { scheme: 'given', qmin: attrs.qmin, qmax: attrs.qmax },
      [y],
      1e-30,
    ),
    await check(
      `QatFakeQuantGrad ${name}`,
      'QatFakeQuantGrad',
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
    const [counts, [min, max]] = await runKernel('QatObserveHistogram', inputs, {});
    const again = await runKernel('QatObserveHistogram', inputs, {});
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
    const repeats = distance(again[0], counts) === 0 && again[1][0] === min && again[1][1] === max;
    outcomes.push({ name: `QatObserveHistogram ${batches}, ${size}, moved ${moved}`, worst, repeats });
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
      `QatObserveScaled ${name}`,
      'QatObserveScaled',
      { ...given(), range: tf.tensor(unseen, [2, channels]) },
      observer,
      [after],
      1e-30,
    ),
    await check(
      `QatFakeQuantScaled ${name}`,
      'QatFakeQuantScaled',
      { ...given(), range: range() },
      ofScaled,
      [only],
      1e-30,
    ),
    await check(`QatFakeQuantScaledGrad ${name}`, 'QatFakeQuantScaledGrad', backward, ofScaled, wanted, 2e-6),
  ];
}

/** Every row of the table of rules and ranges, equal to the bit. @param unseen whether a range never observed gives NaN */
export async function qparamTable(unseen: boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const rule of RULES) {
    const cases = tableCases(rule, unseen ? RANGES : OBSERVED, true);
    const runs = cases.map((tableCase) => [runTableCase(tableCase), runTableCase(tableCase)]);
    for (const [i, [first, second]] of (await Promise.all(runs.map((pair) => Promise.all(pair)))).entries()) {
      const wrong = mismatches(cases[i], first);
      const repeats = mismatches(cases[i], second).join() === wrong.join();
      outcomes.push({ name: wrong[0] ?? cases[i].name, worst: wrong.length > 0 ? Infinity : 0, repeats });
    }
  }
  return outcomes;
}

async function runTableCase({ kernel, inputs, attrs }: TableCase): Promise<Float32Array> {
  const entries = Object.entries(inputs).map(([name, [values, shape]]) => [name, tf.tensor(values, shape)] as const);
  const tensors = Object.fromEntries(entries);
  const [output] = await runKernel(kernel, tensors, attrs);
  tf.dispose(tensors);
  return output;
}
