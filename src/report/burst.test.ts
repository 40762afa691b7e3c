import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { distributionOf, measureBurst, paceOf, Timeline, timesOf, type Burst } from './burst';

/** Seven images of one byte each: their number, which is their label too. */
const SEVEN = {
  size: 7,
  images: async (start: number, count: number) => {
    const pixels = Uint8Array.from({ length: count }, (_, i) => start + i);
    return { pixels, labels: pixels };
  },
};
const burst = (times: readonly number[], wrong: readonly number[] = []): Burst => {
  const labels = new Uint8Array(times.length);
  return { labels, predictions: labels.map((_, i) => Number(wrong.includes(i))), times: Float64Array.from(times) };
};

describe('measureBurst', () => {
  let now = 0;
  beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
  afterEach(() => vi.restoreAllMocks());
  /** Takes 2 ms for an image and is wrong about 3. */
  const classify = ([image]: Uint8Array) => ((now += 2), image === 3 ? 0 : image);

  it('times each image alone until they have taken a while, over again after the last', async () => {
    const { labels, predictions, times } = await measureBurst(SEVEN, classify, 16, 13);
    expect([...labels]).toEqual([2, 3, 4, 5, 6, 0, 1]);
    expect([...predictions]).toEqual([2, 0, 4, 5, 6, 0, 1]);
    expect([...times]).toEqual(new Array(7).fill(2));
  });

  it('waits for an answer inside the timed span, and does not time warm-ups', async () => {
    let called = 0;
    const slowly = async (image: Uint8Array) => (called++, await Promise.resolve(), classify(image));
    expect(await measureBurst(SEVEN, slowly, 0, 4)).toMatchObject({ times: Float64Array.of(2, 2) });
    expect(called).toBe(12);
  });
});

describe('paceOf', () => {
  it('takes the median of the bursts, which one that was disturbed does not move', () => {
    const { imagesPerSecond, median_ms } = paceOf([burst([2, 2]), burst([2, 2]), burst([2, 40])]);
    expect(imagesPerSecond).toBe(500);
    expect(median_ms).toBe(2);
  });
});

describe('Timeline', () => {
  it('says how far it was at a time', () => {
    const timeline = new Timeline([burst([2, 1], [1]), burst([4])]);
    expect(timeline.length).toBe(7);
    const at = [0, 1.9, 2, 3, 6.9, 7, 100].map((time) => timeline.at(time));
    expect(at.map(({ images }) => images)).toEqual([0, 0, 1, 2, 2, 3, 3]);
    expect(at.map(({ right }) => right)).toEqual([0, 0, 1, 1, 1, 2, 2]);
    expect(new Timeline([]).at(1)).toEqual({ images: 0, right: 0 });
  });
});

describe('distributionOf', () => {
  it('counts every time once, at most a hundredth of them beyond the bars', () => {
    const all = fc.array(fc.double({ min: 0.001, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 30 }), (times, bars) => {
        const { counts, above, width } = distributionOf(times, bars);
        expect(counts).toHaveLength(bars);
        expect(width).toBeGreaterThan(0);
        expect(counts.reduce((sum, count) => sum + count, above)).toBe(times.length);
        expect(above).toBeLessThanOrEqual(Math.ceil(times.length / 100));
      }),
      // The end of the bars less their beginning, over the width of one, is a little more than 14.
      { examples: [[[9999.999999999996, 0.001, 9999.999999999996], 14]] },
    );
  });

  it('puts times into bars of one width', () => {
    const times = timesOf([burst([1, 2, 2]), burst([3, 5])]);
    expect(distributionOf(times, 2)).toMatchObject({ from: 1, counts: [3, 1], above: 1 });
    expect(distributionOf([3, 3], 4)).toEqual({ from: 3, width: 1, counts: [2, 0, 0, 0], above: 0 });
  });
});
