// What a plan promises before anything runs: kernels read and write inside their tensors, and tensors that live at the
// same time do not share bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Int8Model } from '../int8/int8-model';
import { placeTensors } from './arena';
import { BLOCK_CHANNELS } from './kernels';
import { planModel, type Plan } from './plan';
import { rowValues } from './region';
import { randomResNet18 } from './testing/models';
import { randomNetwork } from './testing/networks';
import { SWEEP_LENGTH, sweptModel } from './testing/sweep';

/** Input values that the largest group of steps takes. */
const LARGEST_STEP = 16;

/** Places where a convolution reads or writes outside its tensors, or its packed weights. */
function outside({ layers, tensors }: Plan): string[] {
  return layers.flatMap(({ name, step, conv }) => {
    if (!conv) return [];
    const [input, output] = [tensors[step.inputs[0]]!, tensors[step.output]!];
    const { ky, cout } = conv.region;
    const weights = (ky.to - ky.from) * rowValues(conv.region);
    const channels = BLOCK_CHANNELS * Math.ceil(cout / BLOCK_CHANNELS);
    return conv.groups.flatMap(({ rows, run, weightRow, weightValue, pixels }) => {
      const wrong: string[] = [];
      const weightsEnd = (weightRow + rows - 1) * rowValues(conv.region) + weightValue + run;
      if (run % 4 !== 0) wrong.push(`${name}: a run of ${run}`);
      // Kernels group steps from here on, the proof from the row's start.
      if (weightValue % LARGEST_STEP !== 0) wrong.push(`${name}: starts at ${weightValue}`);
      if (rows > 0 && (weightRow < 0 || weightValue < 0 || weightsEnd > weights))
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
