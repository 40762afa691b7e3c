// Sums that are said to fit do: i16 lanes by adding up the packed weights as the kernels do, the others at their worst.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng';
import { neededBits } from '../int8/weight-bits';
import { BLOCK_CHANNELS } from './kernels';
import { longestChain, lookupsFit, proveGroup } from './overflow';
import { packWeights } from './pack';
import { gaussianWeights } from './testing/models';

describe('proveGroup', () => {
  /** Positive and negative sums of every i16 lane, read from packed weights in the order of the kernels. */
  function lanes(data: Int8Array, rowValues: number, group: number): { most: number; least: number } {
    const stepBytes = BLOCK_CHANNELS * 4;
    const steps = rowValues / 4;
    let [most, least] = [0, 0];
    for (let row = 0; row < data.length / (steps * stepBytes); row++)
      for (let first = 0; first < steps; first += group)
        for (let lane = 0; lane < stepBytes / 2; lane++) {
          let [positive, negative] = [0, 0];
          for (let step = first; step < Math.min(first + group, steps); step++)
            for (const byte of [2 * lane, 2 * lane + 1]) {
              const weight = data[(row * steps + step) * stepBytes + byte];
              if (weight > 0) positive += weight;
              else negative += weight;
            }
          [most, least] = [Math.max(most, positive), Math.min(least, negative)];
        }
    return { most, least };
  }

  it('finds the largest sums of any lane', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.nat(),
        size,
        size,
        fc.constantFrom(1, 2, 3, 5),
        fc.constantFrom(2, 4),
        fc.boolean(),
        (...given) => {
          const [seed, cin, cout, kernel, group, blocks] = given;
          const rng = new Rng(seed);
          const from = rng.below(kernel);
          const region = {
            ...{ cin, cout, kernel, ky: { from: rng.below(from + 1), to: kernel }, kx: { from, to: kernel } },
            weights: gaussianWeights(cout, kernel * kernel * cin, rng),
            pixelBytes: blocks ? BLOCK_CHANNELS * Math.ceil(cin / BLOCK_CHANNELS) : cin,
          };
          const packed = packWeights(region, 'bytes');
          const { most, least } = lanes(packed.data as Int8Array, packed.rowValues, group);
          const max = 1 + rng.below(127);
          const proof = proveGroup(region, neededBits(region.weights), group, max);
          // Where bounds of them are enough, they may do.
          expect(proof.positive).toBeGreaterThanOrEqual(most);
          expect(proof.negative).toBeLessThanOrEqual(least);
          if (!proof.holds) expect([proof.positive, proof.negative]).toEqual([most, least]);
          expect(proof.holds).toBe(most * max <= 32767 && least * max >= -32768);
        },
      ),
    );
  });
});

describe('sums of few bits', () => {
  const bits = fc.integer({ min: 1, max: 8 });

  it('a chain of the largest products fits i16, and one step more does not', () => {
    fc.assert(
      fc.property(bits, fc.integer({ min: 1, max: 127 }), (weightBits, max) => {
        const steps = longestChain(weightBits, max);
        const worst = 2 * 2 ** (weightBits - 1) * max;
        if (steps === undefined) expect(worst * 8).toBeGreaterThan(32767);
        else expect(steps * worst).toBeLessThanOrEqual(32767);
        if (steps !== undefined && steps < 2 ** 14) expect((steps + 1) * worst).toBeGreaterThan(32767);
      }),
    );
  });

  it('at 4/4 bits 136 steps, at 2/2 2,730', () => {
    expect([longestChain(4, 15), longestChain(2, 3), longestChain(8, 127)]).toEqual([136, 2730, undefined]);
  });

  it('lookups of 5,461 products of 2-bit codes', () => {
    expect([lookupsFit(5461), lookupsFit(5462)]).toEqual([true, false]);
    expect(5461 * 6).toBeLessThan(2 ** 15);
  });
});
