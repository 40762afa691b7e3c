// The running histogram bit for bit against the host's observer, which the golden tests hold against PyTorch.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadFixture } from '../../../tests/golden/fixture';
import { BINS, HistogramObserver } from '../../quant/histogram-observer';
import { noise, runKernel, setUpWasm } from './testing';

beforeAll(setUpWasm);

const EMPTY: Readonly<Record<'counts' | 'range', Float32Array>> = {
  counts: new Float32Array(BINS),
  range: Float32Array.of(Infinity, -Infinity),
};

/** The kernel on batch after batch, each step compared with the host's. */
function expectSame(batches: readonly ArrayLike<number>[]): void {
  const observer = new HistogramObserver();
  const tensors = tf.memory().numTensors;
  let { counts, range } = EMPTY;
  for (const batch of batches) {
    const x = Float32Array.from(batch);
    observer.observe(x);
    const state = { counts: [counts, [BINS]], range: [range, [2]] } as const;
    [counts, range] = runKernel('QatObserveHistogram', { x: [x, [x.length]], ...state }, {});
    const wanted = observer.histogram ?? { counts: EMPTY.counts, min: Infinity, max: -Infinity };
    expect([...range]).toEqual([wanted.min, wanted.max]);
    expect(counts).toEqual(wanted.counts);
  }
  expect(tf.memory().numTensors).toBe(tensors);
}

const scaled = (x: Float32Array, factor: number, shift = 0) => x.map((v) => v * factor + shift);

describe('same bits as the host', () => {
  test.each([1, 3, 4, 7, 16384, 16385, 40001, 300001])('%i values, the range widening, then kept', (size) => {
    expectSame([1, 2, 3, 4].map((seed) => scaled(noise(size, seed), [1, 3, 1, 40][seed - 1], seed / 10)));
  });

  test('after a ReLU: half of the values are the least', () => {
    expectSame([1, 2, 3].map((seed) => noise(50_000, seed).map((v) => Math.max(v * seed, 0))));
  });

  test('one value: kept, widened by others, and too large to be widened by 1', () => {
    expectSame([[5, 5], [5, 5, 5], [4], [4, 5, 6]]);
    expectSame([[0], [-0], [0, 0]]);
    expectSame([[1e10, 1e10], [1e10]]);
  });

  test('values at the edges of bins', () => {
    const edges = Array.from({ length: BINS + 1 }, (_, i) => i / 256 - 3);
    expectSame([edges, edges.map((v) => v / 3), edges.map((v) => v * 7)]);
  });

  test('infinities are left out, also alone', () => {
    expectSame([[Infinity, -Infinity], [1, Infinity, -Infinity, 3, 2], [-Infinity], [-5, Infinity, 9]]);
  });

  test('a NaN makes the range NaN for good', () => {
    expectSame([[1, 2, 3, 4, 5], [1, 2, NaN, 3, 4, 5], [6]]);
    expectSame([[NaN], [1, 2]]);
  });

  test('a range that float32 cannot span', () => {
    expectSame([
      [-3e38, 3e38, 0],
      [1, 2],
    ]);
    expectSame([[0, 3e38, 1e38, 1e36], [2e38]]);
  });

  const fixture = loadFixture<{ cases: { input: string; batches: number[] }[] }>('histogram');
  test.each(fixture.values.cases)('$input of the fixtures', ({ input, batches }) => {
    const values = fixture.f32(`input.${input}`);
    let start = 0;
    expectSame(batches.map((length) => values.slice(start, (start += length))));
  });
});
