import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { replaced, spoilt } from '../core/spoilt';
import { checkRecipe, DEFAULT_RECIPE, choiceFault, type Recipe } from './recipe';

/** What each option may not be, written out by hand: beside its bounds, and names nobody knows. */
const BEYOND: Readonly<Record<keyof Recipe, readonly unknown[]>> = {
  version: [0, 2, '1'],
  backend: ['bar', '', 'WASM', 'toString'],
  steps: [0, 1.5, 100_001, -1, '60'],
  batch: [0, 2.5, 513],
  learningRate: [0, -1e-3, 1.001, 1e-9, '0,001'],
  schedule: ['linear', '', 'Cosine'],
  weightBits: [1, 9, 4.5],
  activationBits: [1, 9, 4.5],
  images: [0, 10_001],
  seed: [-1, 2 ** 32, 0.5],
  augmentation: ['crops', '', true],
  optimizer: ['SGD', 'adamw'],
  distillation: [-0.1, 1.1, '1'],
  averaging: [-0.1, 1, '0.9'],
  oscillations: ['dampen', '', true],
  reestimateBatchNorm: [-1, 0.5, 10_001, '2000'],
  qconfig: ['foo', 'fbgemm_QAT', '__proto__'],
  reduceRange: ['yes', 1],
  weightScheme: ['per_channel', 'symmetric', ''],
  narrowRange: ['yes', 0],
  powerOfTwo: ['yes', 2],
  keepEight: ['all', '', true],
  layerBits: ['fc', 'fc=1/8', 'fc=4/4,fc=4/4', 4],
  ranges: ['l2', ''],
  weightRanges: ['entropy'],
  rounding: ['up', ''],
  beginAt: ['codes', '', true],
  correctBias: ['yes', 1],
  equalize: ['yes', 0],
  batchNorm: ['bar', 'Folded'],
  fuseAddRelu: ['x', 0, 1, 'true'],
};
/** The furthest each number may go. */
const EDGES: readonly [keyof Recipe, number, number][] = [
  ['steps', 1, 100_000],
  ['batch', 1, 512],
  ['learningRate', 1e-8, 1],
  ['weightBits', 2, 8],
  ['activationBits', 2, 8],
  ['images', 1, 10_000],
  ['seed', 0, 4_294_967_295],
  ['distillation', 0, 1],
  ['averaging', 0, 0.9999],
  ['reestimateBatchNorm', 0, 10_000],
];

function refusal(value: unknown): PlaygroundError {
  try {
    checkRecipe(value);
  } catch (error) {
    expect(error).toBeInstanceOf(PlaygroundError);
    return error as PlaygroundError;
  }
  throw new Error('it was accepted');
}

describe('a recipe', () => {
  it('are the defaults, and each number at both ends of its bounds', () => {
    expect(checkRecipe(DEFAULT_RECIPE)).toEqual(DEFAULT_RECIPE);
    for (const [name, min, max] of EDGES)
      for (const value of [min, max]) expect(checkRecipe({ ...DEFAULT_RECIPE, [name]: value })[name]).toBe(value);
  });

  it.each(spoilt(DEFAULT_RECIPE))('are refused, naming the field: $how', ({ value, field }) => {
    expect(refusal(value)).toMatchObject({ code: 'bad-argument', message: expect.stringMatching(`^${field} is `) });
  });

  it.each(
    Object.entries(BEYOND).flatMap(([name, values]) => values.map((value) => [name as keyof Recipe, value] as const)),
  )('are refused beyond what may be: %s %j', (name, value) => {
    const { code, message } = refusal(replaced(DEFAULT_RECIPE, [name], value));
    expect([code, message]).toEqual(['bad-argument', `${name} is ${JSON.stringify(value)}.`]);
    expect(choiceFault(name, value)?.field).toBe('it');
    expect(choiceFault(name, DEFAULT_RECIPE[name])).toBeUndefined();
  });

  it('are refused with what to choose instead', () => {
    expect(refusal({ ...DEFAULT_RECIPE, steps: 0 }).hint).toBe('Choose a whole number from 1 to 100,000.');
    expect(refusal({ ...DEFAULT_RECIPE, learningRate: 2 }).hint).toBe('Choose a number from 1e-8 to 1.');
    expect(refusal({ ...DEFAULT_RECIPE, qconfig: 'foo' }).hint).toBe(
      'Choose one of "fbgemm_qat", "fbgemm_fused", "fbgemm", "lsq".',
    );
    expect(refusal({ ...DEFAULT_RECIPE, fuseAddRelu: 'x' }).hint).toBe('Choose true or false.');
  });

  it('come back as a copy with the known fields alone', () => {
    const inherits = Object.assign(Object.create({ inherited: 1 }) as object, DEFAULT_RECIPE);
    expect(() => checkRecipe(inherits)).toThrow('inherited is unknown');
    expect(checkRecipe(DEFAULT_RECIPE)).not.toBe(DEFAULT_RECIPE);
  });
});
