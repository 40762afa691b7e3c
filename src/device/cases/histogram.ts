// The running histogram, batch after batch, against the host's observer: the same range and as many counts in all. A GPU may
// count a value beside a bin's edge into the next bin; what that does to the range found is held to two bins.
import * as tf from '@tensorflow/tfjs';
import type { Histogram } from '../../quant/histogram';
import { BINS, HistogramObserver } from '../../quant/histogram-observer';
import { observeHistogram } from '../reference/quantization';
import { distance, noise } from '../testing';
import type { Outcome } from './run';

/** Batches by name, of about `size` values. */
const BATCHES = {
  widening: (size: number) =>
    [1, 2, 3, 4].map((seed) => noise(size, seed).map((v) => v * (1 + seed / 50) + seed / 100)),
  'much wider': (size: number) => [1, 30, 30].map((factor) => noise(size, factor).map((v) => v * factor)),
  'after ReLU': (size: number) => [1, 2, 3].map((seed) => noise(size, seed).map((v) => Math.max(v * seed, 0))),
  'edges of bins': (size: number) =>
    [1, 1 / 3].map((f) => Array.from({ length: size }, (_, i) => ((i % 2049) / 256 - 3) * f)),
  'one value': () => [[5, 5], [5], [4], [4, 5, 6]],
  zeros: () => [[0], [-0], [0, 0], [1]],
  infinities: () => [[Infinity, -Infinity], [1, Infinity, -Infinity, 3, 2], [-Infinity], [-5, Infinity, 9]],
} satisfies Record<string, (size: number) => readonly ArrayLike<number>[]>;

const CASES: readonly { batches: keyof typeof BATCHES; sizes: readonly number[] }[] = [
  ...(['widening', 'much wider', 'after ReLU', 'edges of bins'] as const).map((batches) => ({
    ...{ batches, sizes: [5, 1000, 40001, 131072] },
  })),
  ...(['one value', 'zeros', 'infinities'] as const).map((batches) => ({ batches, sizes: [0] })),
];

/** @param share of all counts that may lie in another bin; none of the few values of a short batch */
export async function histograms(share: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { batches, sizes } of CASES)
    for (const size of sizes) outcomes.push(...(await histogram(`${batches}, ${size}`, BATCHES[batches](size), share)));
  return outcomes;
}

async function histogram(name: string, batches: readonly ArrayLike<number>[], share: number): Promise<Outcome[]> {
  let next: Histogram = { counts: new Float32Array(BINS), min: Infinity, max: -Infinity };
  const outcomes: Outcome[] = [];
  for (const batch of batches) {
    const before = next;
    const x = Float32Array.from(batch);
    next = observeHistogram(x, before);
    const tensors = tf.memory().numTensors;
    const [[counts, [min, max]], again] = await Promise.all([observed(x, before), observed(x, before)]);
    const leaked = tf.memory().numTensors !== tensors;
    const same = min === next.min && max === next.max && total(counts) === total(next.counts) && !leaked;
    const moved = total(counts.map((value, i) => Math.abs(value - next.counts[i]))) / 2;
    const isUnseen = next.min > next.max;
    const [found, searched] = [{ counts, min, max }, next].map((of) => new HistogramObserver(of).range()!);
    const apart = isUnseen
      ? 0
      : Math.max(...(['min', 'max'] as const).map((end) => Math.abs(found[end][0] - searched[end][0])));
    const over = (off: number, allowed: number) => (off === 0 ? 0 : off / allowed);
    const worst = Math.max(over(moved, share * total(counts)), over(apart, (2 * (max - min)) / BINS));
    const repeats = distance(again[0], counts) === 0 && again[1][0] === min && again[1][1] === max;
    outcomes.push({ name: `QatObserveHistogram ${name}, moved ${moved}`, worst: same ? worst : Infinity, repeats });
  }
  return outcomes;
}

const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

async function observed(x: Float32Array, before: Histogram): Promise<Float32Array[]> {
  const inputs = {
    x: tf.tensor1d(x),
    counts: tf.tensor1d(before.counts),
    range: tf.tensor1d([before.min, before.max]),
  };
  const outputs = tf.engine().runKernel('QatObserveHistogram', inputs) as unknown as tf.Tensor[];
  const values = await Promise.all(outputs.map((output) => output.data<'float32'>()));
  tf.dispose([inputs, outputs]);
  return values;
}
