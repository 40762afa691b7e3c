// The sequence against every assignment there is, where damages add up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerBits, LayerWidths } from '../quant/layer-bits';
import { greedyAssignments, type Choices, type Sized } from './greedy';
import type { Damage } from './sensitivity';

const both = (bits: number): LayerWidths => ({ weightBits: bits, activationBits: bits });
const WIDTHS = [8, 4, 3, 2].map(both);

interface Layer {
  readonly weights: number;
  /** Of each bit it has less. */
  readonly harm: number;
}
const layer = fc.record({ weights: fc.integer({ min: 1, max: 500 }), harm: fc.integer({ min: -5, max: 50 }) });
const someLayers = fc.array(layer, { maxLength: 6 });

/** Layers '0', '1', ..., what they take, and damages that grow with the square of the bits they lack. */
function network(layers: readonly Layer[], widths = WIDTHS): { choices: Choices; damage: Damage } {
  const cost = (bits: LayerBits) => layers.reduce((sum, l, i) => sum + l.weights * bits.get(`${i}`)!.weightBits, 0);
  const damage: Damage = (id, { weightBits }) => layers[Number(id)].harm * (8 - weightBits) ** 2;
  return { choices: { layers: layers.map((_, i) => `${i}`), widths, cost }, damage };
}
const total = (layers: LayerBits, damage: Damage) =>
  [...layers].reduce((sum, [id, widths]) => sum + damage(id, widths), 0);
const bitsOf = ({ layers }: Sized) => [...layers.values()].map(({ weightBits }) => weightBits);

describe('greedyAssignments', () => {
  it('lowers one layer after the other, from all at the highest widths to all at the lowest, and costs fall', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const { choices, damage } = network(layers);
        const sequence = [...greedyAssignments(choices, damage)];
        expect(bitsOf(sequence[0])).toEqual(layers.map(() => 8));
        expect(bitsOf(sequence.at(-1)!)).toEqual(layers.map(() => 2));
        for (const { layers: bits, cost } of sequence) expect(cost).toBe(choices.cost(bits));
        sequence.slice(1).forEach((next, i) => {
          expect(next.cost).toBeLessThan(sequence[i].cost);
          const [before, after] = [bitsOf(sequence[i]), bitsOf(next)];
          expect(after.filter((bits, l) => bits !== before[l])).toHaveLength(1);
          after.forEach((bits, l) => expect(bits).toBeLessThanOrEqual(before[l]));
        });
      }),
    );
  });

  it('of two widths: no other assignment is smaller at the same damage, or costs less at the same size', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const { choices, damage } = network(layers, [both(8), both(4)]);
        const every = Array.from({ length: 2 ** layers.length }, (_, mask) => {
          const bits = new Map(layers.map((_, i) => [`${i}`, choices.widths[(mask >> i) & 1]]));
          return { cost: choices.cost(bits), damage: total(bits, damage) };
        });
        // Up to the last layer that costs nothing it is not yet worth stopping.
        const free = layers.filter(({ harm }) => harm <= 0).length;
        for (const point of [...greedyAssignments(choices, damage)].slice(free)) {
          const cost = total(point.layers, damage);
          for (const other of every) {
            if (other.cost <= point.cost) expect(other.damage).toBeGreaterThanOrEqual(cost);
            if (other.damage < cost) expect(other.cost).toBeGreaterThan(point.cost);
          }
        }
      }),
    );
  });

  it('takes first what costs nothing, and passes over widths that save nothing', () => {
    const { choices, damage } = network([
      { weights: 10, harm: 0 },
      { weights: 500, harm: 1 },
      { weights: 20, harm: -1 },
    ]);
    /** As files have it: 3 bits take the 4 of a nibble. */
    const cost = (layers: LayerBits) =>
      choices.cost(new Map([...layers].map(([id, { weightBits }]) => [id, both(weightBits === 3 ? 4 : weightBits)])));
    const sequence = [...greedyAssignments({ ...choices, cost }, damage)].map(bitsOf);
    expect(sequence.slice(0, 3)).toEqual([
      [8, 8, 8],
      [8, 8, 2],
      [2, 8, 2],
    ]);
    expect(sequence.flat()).not.toContain(3);
  });

  it('weighs what is added to the damage there already is', () => {
    const damages: Record<string, number> = { 'a 4': 1, 'a 2': 5, 'b 4': 9, 'b 2': 1000 };
    const damage: Damage = (id, { weightBits }) => damages[`${id} ${weightBits}`] ?? 0;
    const cost = (layers: LayerBits) => 100 * [...layers.values()].reduce((sum, { weightBits }) => sum + weightBits, 0);
    const choices = { layers: ['a', 'b'], widths: [8, 4, 2].map(both), cost };
    // 400 / 1, then 200 / (5 - 1) before 400 / 9, though 200 / 5 is less than that.
    expect([...greedyAssignments(choices, damage)].map(bitsOf)).toEqual([
      [8, 8],
      [4, 8],
      [2, 8],
      [2, 4],
      [2, 2],
    ]);
  });

  it('is the network as it is where nothing can be lowered', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const one = network(layers, [both(8)]);
        expect([...greedyAssignments(one.choices, one.damage)]).toHaveLength(1);
        const { choices, damage } = network(layers);
        expect([...greedyAssignments({ ...choices, cost: () => 7 }, damage)]).toHaveLength(1);
      }),
    );
  });
});
