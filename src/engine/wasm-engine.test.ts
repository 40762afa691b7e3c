// The plain build in Node against the reference engine, no tolerance: swept convolutions, random networks, broken ones.
// Relaxed SIMD, threads and the real network are in tests/browser/engine.spec.ts.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Int8Model } from '../int8/int8-model';
import { PlaygroundError } from '../core/errors';
import { planModel } from './plan';
import { agreement } from './testing/agreement';
import { randomImages } from './testing/models';
import { brokenNetwork, hugeNetworks, randomNetwork } from './testing/networks';
import { FEW_BITS_LENGTH, PATTERNS, SWEEP_LENGTH, fewBitsModel, sweptModel } from './testing/sweep';
import { TestProgram } from './testing/test-program';
import { createWasmEngine } from './wasm-engine';
import { compileEngine } from './wasm-module';

const module = await compileEngine(readFileSync('public/wasm/engine-plain.wasm'));
const program = await TestProgram.create(module);
const swept = Array.from({ length: SWEEP_LENGTH }, (_, index) => sweptModel(index));
const IMAGES = 2;

/** @param modes all that the plan may choose kernels of */
function expectAgreement(model: Int8Model, images: Uint8Array, n: number, modes: unknown = ['wide']): void {
  const { planned, wrong, codes } = agreement(program, false, model, images, n);
  expect({ model: model.name, wrong }).toEqual({ model: model.name, wrong: [] });
  expect(codes).toBeGreaterThan(0);
  // Without weights there is nothing that a mode could not do.
  if (model.ops.some((op) => 'weights' in op)) expect(planned).toEqual(modes);
}

describe('the plain build', () => {
  it.each(PATTERNS)('swept convolutions with %s weights', (pattern) => {
    const models = swept.filter((model) => model.pattern === pattern);
    expect(models.length).toBeGreaterThan(5);
    for (const { model, images, n } of models) expectAgreement(model, images, n);
  });

  it('weights and activations of 2 to 8 bits', () => {
    for (let index = 0; index < FEW_BITS_LENGTH; index++) {
      const { model, weightBits, activationBits, images, n } = fewBitsModel(index);
      const modes = weightBits === 2 && activationBits === 2 ? ['wide', 'lookup'] : ['wide'];
      expectAgreement(model, images, n, modes);
    }
  });

  it('random networks of every operation', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const model = randomNetwork(seed);
        // Where a ReLU leaves few codes, there are kernels for that.
        expectAgreement(model, randomImages(model, IMAGES, seed), IMAGES, expect.arrayContaining(['wide']));
      }),
      // An average of fewer channels than a block, read by a kernel for which the others must be codes, too.
      { numRuns: 300, examples: [[867266299]] },
    );
  });

  it('runs batches of any size as single images', async () => {
    const model = randomNetwork(5);
    const engine = await createWasmEngine(model, { threads: 4, wasmBase: '', build: 'plain', module });
    expect(engine.threads).toBe(1);
    const n = 300;
    const images = randomImages(model, n, 1);
    const size = images.length / n;
    const all = engine.run(images, n);
    const classes = all.length / n;
    for (let i = 0; i < n; i++)
      expect(engine.run(images.subarray(i * size, (i + 1) * size), 1)).toEqual(
        all.slice(i * classes, (i + 1) * classes),
      );
    expect(engine.run(images.subarray(0, 0), 0)).toEqual(new Uint8Array());
    engine.dispose();
  });

  it('refuses images of another size, and codes that the model does not have', async () => {
    const model = sweptModel(0).model;
    const engine = await createWasmEngine(model, { threads: 1, wasmBase: '', build: 'plain', module });
    const image = randomImages(model, 1, 1);
    expect(() => engine.run(image, 2)).toThrow(PlaygroundError);
    for (const at of [0, image.length - 1]) {
      const bad = image.slice();
      bad[at] = model.tensors[0].q.qmax + 1;
      expect(() => engine.run(bad, 1)).toThrow('a code above');
    }
    expect(() => engine.run(image, 1)).not.toThrow();
    engine.dispose();
    expect(() => engine.run(image, 1)).toThrow('disposed');
    expect(() => engine.trace(image)).toThrow('disposed');
  });
});

describe('models with one thing broken', () => {
  /** Small enough to run after planning. */
  const small = ({ tensors }: Int8Model): boolean => tensors.every(({ h, w, c }) => h * w * c < 20_000);

  it('are refused by name, or planned and run as the reference does', () => {
    const outcomes = { refused: 0, agreed: 0 };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const model = brokenNetwork(seed);
        try {
          planModel(model, { relaxed: true });
        } catch (error) {
          expect(error).toBeInstanceOf(PlaygroundError);
          expect((error as PlaygroundError).code).toBe('bad-file');
          expect(() => planModel(model, { relaxed: false })).toThrow(PlaygroundError);
          outcomes.refused++;
          return;
        }
        if (!small(model)) return;
        // What was broken may be the bits: few of them allow more.
        expectAgreement(model, randomImages(model, 1, seed), 1, expect.arrayContaining(['wide']));
        outcomes.agreed++;
      }),
      { numRuns: 1500 },
    );
    expect(outcomes.refused).toBeGreaterThan(300);
    expect(outcomes.agreed).toBeGreaterThan(100);
  });

  it('maps beyond planning are refused; a long one runs', () => {
    const [square, wide, long] = hugeNetworks();
    for (const model of [square, wide]) expect(() => planModel(model, { relaxed: true })).toThrow('more than 262144');
    expectAgreement(long, randomImages(long, 1, 1), 1);
  });
});
