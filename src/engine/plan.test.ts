// What a plan promises before anything runs: kernels read and write inside their tensors, tensors that live at the same
// time do not share bytes, and i16 sums that are said to fit do, by adding up the packed weights as the kernels do.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Int8Model } from '../int8/int8-model';
import { Rng } from '../core/rng';
import { placeTensors } from './arena';
import { BLOCK_CHANNELS } from './kernels';
import { packWeights, proveGroup } from './pack';
import { planModel, type Plan } from './plan';
import { gaussianWeights, randomResNet18 } from './testing/models';
import { randomNetwork } from './testing/networks';
import { SWEEP_LENGTH, sweptModel } from './testing/sweep';

/** Input values that the largest group of steps takes. */
const LARGEST_STEP = 16;

/** Places where a convolution reads or writes outside its tensors, or its packed weights. */
function outside({ layers, tensors }: Plan): string[] {
  return layers.flatMap(({ name, step, conv }) => {
    if (!conv) return [];
    const [input, output] = [tensors[step.inputs[0]]!, tensors[step.output]!];
    const channels = conv.packed.blocks * BLOCK_CHANNELS;
    return conv.groups.flatMap(({ rows, run, weightRow, weightValue, pixels }) => {
      const wrong: string[] = [];
      const weightsEnd = (weightRow + rows - 1) * conv.packed.rowValues + weightValue + run;
      if (run % 4 !== 0) wrong.push(`${name}: a run of ${run}`);
      // Kernels group steps from here on, the proof from the row's start.
      if (weightValue % LARGEST_STEP !== 0) wrong.push(`${name}: starts at ${weightValue}`);
      if (rows > 0 && (weightRow < 0 || weightValue < 0 || weightsEnd > conv.packed.rows * conv.packed.rowValues))
        wrong.push(`${name}: weights up to ${weightsEnd}`);
      for (const pixel of pixels) {
        const readEnd = pixel.input + (rows - 1) * input.rowBytes + run;
        if (rows > 0 && (pixel.input < 0 || readEnd > input.bytes)) wrong.push(`${name}: reads up to ${readEnd}`);
        if (pixel.output < 0 || pixel.output + channels > output.bytes)
          wrong.push(`${name}: writes at ${pixel.output}`);
      }
      return wrong;
    });
  });
}

/** Every output pixel of every convolution must be written exactly once. */
function unwritten({ layers, model }: Plan): string[] {
  return layers.flatMap(({ name, step, conv }) => {
    if (!conv) return [];
    const { h, w } = model.tensors[step.output];
    const written = conv.groups.flatMap(({ pixels }) => pixels.map(({ output }) => output));
    return written.length === h * w && new Set(written).size === h * w ? [] : [name];
  });
}

/** Pairs of tensors with bytes in common while both are needed: from their step until the last one that reads them. */
function clashes({ layers, tensors, result }: Plan): string[] {
  const lives = tensors.map((_, index) => {
    const written = index === 0 ? -1 : layers.findIndex(({ step }) => step.output === index);
    const read = layers.findLastIndex(({ step }) => step.inputs.includes(index));
    return { from: written, to: index === 0 || index === result ? Infinity : Math.max(written, read) };
  });
  return tensors.flatMap((a, i) =>
    tensors.slice(0, i).flatMap((b, j) => {
      if (!a || !b || lives[i].from > lives[j].to || lives[j].from > lives[i].to) return [];
      return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes ? [`${i} and ${j}`] : [];
    }),
  );
}

function expectSafe(model: Int8Model): void {
  for (const relaxed of [false, true])
    for (const separate of [false, true]) {
      const plan = planModel(model, { relaxed, separate });
      expect({ outside: outside(plan), unwritten: unwritten(plan), clashes: clashes(plan) }).toEqual({
        outside: [],
        unwritten: [],
        clashes: [],
      });
    }
}

describe('planModel', () => {
  it('reads and writes inside its tensors: swept convolutions and the whole network', () => {
    for (let index = 0; index < SWEEP_LENGTH; index++) expectSafe(sweptModel(index).model);
    expectSafe(randomResNet18(1, { addRelu: false }));
  });

  it('reads and writes inside its tensors: random networks', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => expectSafe(randomNetwork(seed))),
      { numRuns: 200 },
    );
  });
});

describe('placeTensors', () => {
  it('gives tensors that live at the same time different bytes, at multiples of 64', () => {
    const lifetime = fc.record({ bytes: fc.integer({ min: 1, max: 500 }), from: fc.nat(9), length: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 12 }), fc.nat(200), (given, start) => {
        const lifetimes = given.map(({ bytes, from, length }) => ({ bytes, from, to: from + length }));
        const { offsets, bytes } = placeTensors(lifetimes, start);
        for (const [i, a] of lifetimes.entries()) {
          expect(offsets[i] % 64).toBe(0);
          expect(offsets[i]).toBeGreaterThanOrEqual(start);
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
          for (const [j, b] of lifetimes.slice(0, i).entries()) {
            const together = a.from <= b.to && b.from <= a.to;
            const apart = offsets[i] >= offsets[j] + b.bytes || offsets[j] >= offsets[i] + a.bytes;
            expect(!together || apart).toBe(true);
          }
        }
      }),
    );
  });
});

describe('proveGroup', () => {
  /** Positive and negative sums of every i16 lane, read from packed weights in the order of the kernels. */
  function lanes(data: Int8Array | Int16Array, rowValues: number, group: number): { most: number; least: number } {
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
          const packed = packWeights(region, false);
          const { most, least } = lanes(packed.data, packed.rowValues, group);
          const max = 1 + rng.below(127);
          const proof = proveGroup(region, group, max);
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
