// A search over made-up networks whose accuracy is a formula.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerBits, LayerWidths } from '../quant/layer-bits';
import type { Choices } from './greedy';
import { measured } from './measured';
import { paretoFront } from './pareto';
import { searchWidths, type SearchPoint } from './search';
import { damageOf, sensitivityCases, uniform } from './sensitivity';

const both = (bits: number): LayerWidths => ({ weightBits: bits, activationBits: bits });
const never = () => new AbortController().signal;
const bitsOf = (layers: LayerBits) => [...layers.values()].map(({ weightBits }) => weightBits);

const layer = fc.record({
  weights: fc.integer({ min: 1, max: 500 }),
  harm: fc.double({ min: 0, max: 0.05, noNaN: true }),
});
const someLayers = fc.array(layer, { maxLength: 6 });
type Layers = readonly { readonly weights: number; readonly harm: number }[];

function network(layers: Layers, widths: readonly LayerWidths[]) {
  const choices: Choices = {
    layers: layers.map((_, i) => `${i}`),
    widths,
    cost: (bits) => layers.reduce((sum, l, i) => sum + l.weights * bits.get(`${i}`)!.weightBits, 0),
  };
  /** Not a sum: what one layer has spoilt another cannot. */
  const accuracy = (bits: LayerBits) =>
    layers.reduce((kept, { harm }, i) => kept * (1 - harm) ** (8 - bits.get(`${i}`)!.weightBits), 0.9);
  return { choices, measure: async (bits: LayerBits) => accuracy(bits) };
}
async function read<T>(points: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const point of points) all.push(point);
  return all;
}

describe('sensitivityCases', () => {
  it('lowers one layer, or all but one', () => {
    const widths = { high: both(8), low: both(3) };
    const bits = (which: 'alone' | 'all but') =>
      [...sensitivityCases(['a', 'b', 'c'], which, widths)].map(({ layers }) => bitsOf(layers));
    expect(bits('alone')).toEqual([
      [3, 8, 8],
      [8, 3, 8],
      [8, 8, 3],
    ]);
    expect(bits('all but')).toEqual([
      [8, 3, 3],
      [3, 8, 3],
      [3, 3, 8],
    ]);
  });
});

describe('damageOf', () => {
  it('is what was lost, nothing at the high widths, and no guess', () => {
    const high = both(8);
    const [one] = sensitivityCases(['a'], 'alone', { high, low: both(4) });
    const damage = damageOf({ widths: high, accuracy: 0.75 }, [{ ...one, accuracy: 0.5 }]);
    expect(damage('a', both(4))).toBe(0.25);
    expect(damage('a', high)).toBe(0);
    expect(() => damage('a', both(2))).toThrow('What a=2/2 costs was not measured.');
  });
});

describe('measured', () => {
  const cases = () => sensitivityCases(['a', 'b', 'c'], 'alone', { high: both(8), low: both(4) });

  it('ends when it is told to, without what was being measured then', async () => {
    const hand = new AbortController();
    let asked = 0;
    const measure = async () => {
      if (++asked === 2) hand.abort();
      return asked;
    };
    expect((await read(measured(cases(), measure, hand.signal))).map(({ accuracy }) => accuracy)).toEqual([1]);
    expect(asked).toBe(2);
    expect(await read(measured(cases(), measure, hand.signal))).toEqual([]);
    expect(asked).toBe(2);
  });

  it('fails as measuring fails', async () => {
    const measure = () => Promise.reject(new Error('no network'));
    await expect(read(measured(cases(), measure, never()))).rejects.toThrow('no network');
  });
});

describe('searchWidths', () => {
  it('measures what it says, in at most so many steps, and what it costs never rises', async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, async (layers) => {
        const { choices, measure } = network(layers, [8, 4, 3, 2].map(both));
        const points = await read(searchWidths(choices, measure, never()));
        expect(points.length).toBeLessThanOrEqual(4 + 2 * layers.length * 3);
        for (const { layers, cost, accuracy } of points) {
          expect(cost).toBe(choices.cost(layers));
          expect(accuracy).toBe(await measure(layers));
        }
        const uniforms = points.filter(({ step }) => step === 'uniform');
        expect(uniforms.map(({ layers }) => layers)).toEqual(choices.widths.map((all) => uniform(choices.layers, all)));
        const greedy = [uniforms[0], ...points.filter(({ step }) => step === 'greedy')];
        greedy.slice(1).forEach(({ cost }, i) => expect(cost).toBeLessThan(greedy[i].cost));
        expect(bitsOf(greedy.at(-1)!.layers)).toEqual(layers.map(() => 2));
      }),
      { numRuns: 50 },
    );
  });

  it('finds what is at least as accurate as one width for all, at its size', async () => {
    const layers = [
      { weights: 100, harm: 0.05 },
      { weights: 900, harm: 0.001 },
      { weights: 300, harm: 0.002 },
      { weights: 60, harm: 0.04 },
    ];
    const { choices, measure } = network(layers, [8, 4, 2].map(both));
    const front = paretoFront(await read(searchWidths(choices, measure, never())));
    const same = uniform(choices.layers, both(4));
    const [budget, accuracy] = [choices.cost(same), await measure(same)];
    const best = front.filter(({ cost }) => cost <= budget).at(-1)!;
    expect(best.accuracy).toBeGreaterThan(accuracy + 0.1);
  });

  it('of a network in which nothing can be lowered, is that network', async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, async (layers) => {
        const { choices, measure } = network(layers, [both(8)]);
        const points = await read(searchWidths(choices, measure, never()));
        expect(points.map(({ step }) => step)).toEqual(['uniform']);
        expect(paretoFront(points)).toEqual(points);
      }),
      { numRuns: 20 },
    );
  });

  it('ends at any step', async () => {
    const { choices, measure } = network(
      [
        { weights: 5, harm: 0.1 },
        { weights: 9, harm: 0.2 },
      ],
      [8, 4].map(both),
    );
    const whole = await read(searchWidths(choices, measure, never()));
    for (let kept = 0; kept < whole.length; kept++) {
      const hand = new AbortController();
      const points: SearchPoint[] = [];
      if (kept === 0) hand.abort();
      for await (const point of searchWidths(choices, measure, hand.signal)) {
        points.push(point);
        if (points.length === kept) hand.abort();
      }
      expect(points).toEqual(whole.slice(0, kept));
    }
  });
});
