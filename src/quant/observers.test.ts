import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histc, linspace, rescale } from './histogram';
import { HistogramObserver } from './histogram-observer';
import { createObserver, minMax, nextRange } from './observers';
import { tensorQParams } from './qparams';
import { getDefaultQatQConfig, getDefaultQConfig } from './qconfigs';
import type { FakeQuantSpec } from './types';

const batch = fc.float32Array({
  noNaN: true,
  noDefaultInfinity: true,
  min: -100,
  max: 100,
  minLength: 4,
  maxLength: 4,
});

const qat = getDefaultQatQConfig('fbgemm');
const ptq = getDefaultQConfig('fbgemm');

describe('createObserver', () => {
  it('minmax: the extremes of all batches, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 5 }), (batches) => {
        const observer = createObserver(ptq.weight, 2);
        batches.forEach((x) => observer.observe(x));
        const column = (c: number) => batches.flatMap((x) => [...x.subarray(2 * c, 2 * c + 2)]);
        expect(observer.range()).toEqual({
          min: Float32Array.of(Math.min(...column(0)), Math.min(...column(1))),
          max: Float32Array.of(Math.max(...column(0)), Math.max(...column(1))),
        });
      }),
    );
  });

  it('moving average: the first batch as it is, then a hundredth of each step', () => {
    const observer = createObserver(qat.activation, 1);
    observer.observe(Float32Array.of(-1, 3));
    expect(observer.range()).toEqual({ min: Float32Array.of(-1), max: Float32Array.of(3) });
    observer.observe(Float32Array.of(0, 103));
    expect(observer.range()!.min[0]).toBeCloseTo(-0.99);
    expect(observer.range()!.max[0]).toBeCloseTo(4);
  });

  it('knows no range before a value was seen', () => {
    for (const spec of [qat.activation, ptq.activation]) {
      const observer = createObserver(spec, 1);
      observer.observe(new Float32Array());
      expect(observer.range()).toBeUndefined();
    }
  });

  it('throws on an observer that no type allows', () => {
    const unknown = { ...ptq.weight, observer: 'entropy' } as unknown as FakeQuantSpec;
    expect(() => createObserver(unknown, 1)).toThrow('"entropy"');
  });
});

describe('nextRange and minMax', () => {
  const minmax = { observer: 'minmax' } as const;
  const latest = { observer: 'moving_average_minmax', averagingConstant: 1 } as const;

  it('keep a NaN, wherever it was', () => {
    for (const at of [0, 1, 2, 3]) {
      const x = Float32Array.of(1, 2, 3, 4);
      x[at] = NaN;
      for (const spec of [minmax, latest]) {
        const after = nextRange(minMax(x, 2), minMax(Float32Array.of(1, 2, 3, 4), 2), spec);
        expect([after.min, after.max].map((ends) => [...ends].map(Number.isNaN))).toEqual([
          [at < 2, at >= 2],
          [at < 2, at >= 2],
        ]);
      }
    }
  });

  it('a channel that has seen nothing takes the batch as it is', () => {
    const unseen = { min: Float32Array.of(Infinity, 0), max: Float32Array.of(-Infinity, 1) };
    const batch = { min: Float32Array.of(-3, -1), max: Float32Array.of(5, 2) };
    for (const spec of [minmax, latest]) expect(nextRange(unseen, batch, spec)).toEqual(batch);
  });
});

describe('HistogramObserver', () => {
  it('keeps an even spread whole, and gives up one far value where it costs many others too much', () => {
    const bulk = linspace(-1, 1, 50_001);
    const withOutlier = (batches: number): number => {
      const observer = new HistogramObserver();
      for (let i = 0; i < batches; i++) observer.observe(bulk);
      expect(observer.range()!.max[0]).toBeGreaterThan(0.99);
      observer.observe(Float32Array.of(100));
      return observer.range()!.max[0];
    };
    // Clipping 100 to 1 costs 99^2; keeping it costs each other value about (101 / 256)^2 / 12.
    expect(withOutlier(1)).toBeGreaterThan(99);
    expect(withOutlier(40)).toBeLessThan(2);
  });

  it('stays within the extremes and keeps the number of values', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), (batches) => {
        const observer = new HistogramObserver();
        batches.forEach((x) => observer.observe(x));
        const all = batches.flatMap((x) => [...x]);
        const { counts, min, max } = observer.histogram!;
        expect([min, max]).toEqual([Math.min(...all), Math.max(...all)]);
        expect(counts.reduce((sum, n) => sum + n, 0)).toBeCloseTo(all.length, 3);
        const width = max - min;
        expect(observer.range()!.min[0]).toBeGreaterThanOrEqual(min);
        expect(observer.range()!.max[0]).toBeLessThanOrEqual(max + width * 1e-5);
      }),
    );
  });

  it('a NaN makes the range NaN, however much is seen after it, and such a range is refused as diverged', () => {
    for (const at of [0, 1, 2]) {
      const observer = new HistogramObserver();
      const x = Float32Array.of(1, 2, 3);
      x[at] = NaN;
      for (const batch of [Float32Array.of(-1, 1), x, Float32Array.of(0, 2)]) observer.observe(batch);
      const range = observer.range()!;
      expect([range.min[0], range.max[0]]).toEqual([NaN, NaN]);
      expect(() => tensorQParams(range, ptq.activation)).toThrow(expect.objectContaining({ code: 'diverged' }));
    }
  });

  it('leaves infinities out', () => {
    const observer = new HistogramObserver();
    observer.observe(Float32Array.of(1, Infinity, -Infinity, 3));
    expect(observer.histogram).toMatchObject({ min: 1, max: 3 });
    observer.observe(Float32Array.of(Infinity));
    expect(observer.histogram).toMatchObject({ min: 1, max: 3 });
  });
});

describe('histograms', () => {
  it('histc: the last bin holds its right end, values outside are left out', () => {
    expect([...histc(Float32Array.of(0, 0.5, 1, 3.9, 4, 4.1, -1), 4, 0, 4)]).toEqual([2, 1, 0, 2]);
    expect([...histc(Float32Array.of(5, 5), 4, 5, 5)]).toEqual([0, 0, 2, 0]);
  });

  it('rescale: a range twice as wide takes two bins into one', () => {
    const histogram = { counts: Float32Array.of(1, 2, 3, 4), min: 0, max: 4 };
    expect([...rescale(histogram, 0, 8)]).toEqual([3, 7, 0, 0]);
  });
});
