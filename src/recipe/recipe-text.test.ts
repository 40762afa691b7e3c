import { describe, expect, it } from 'vitest';
import { spoilt } from '../core/spoilt';
import { BOUNDS, DEFAULT_RECIPE, type Recipe } from './recipe';
import { fromFile, fromQuery, NAMES, readChoices, toFile, toQuery } from './recipe-text';

/** Every field other than by default. */
const OTHER: Recipe = {
  ...{ version: 1, backend: 'wasm', steps: 300, batch: 64, learningRate: 2e-3, schedule: 'constant' },
  ...{ weightBits: 5, activationBits: 4, images: 1000, seed: 4_294_967_295, qconfig: 'fbgemm', fuseAddRelu: false },
  ...{ distillation: 0.5, keepEight: 'edges', ranges: 'mse', weightRanges: 'mse', batchNorm: 'folded' },
  ...{ rounding: 'flipped', correctBias: true, equalize: true, layerBits: 'layer4.1.conv2=2/4,fc=8/8' },
  ...{ averaging: 0.99, optimizer: 'adam', oscillations: 'damp', reestimateBatchNorm: 2000 },
  ...{ augmentation: 'flips', beginAt: 'ptq' },
  ...{ reduceRange: false, weightScheme: 'per_tensor_affine', narrowRange: true, powerOfTwo: true },
};

/** What recipes had not at first, as it was then. */
const ADDED = {
  ...{ distillation: 0, averaging: 0, keepEight: 'none', layerBits: '', ranges: 'histogram', weightRanges: 'minmax' },
  ...{ rounding: 'nearest', correctBias: false, equalize: false, batchNorm: 'fused', optimizer: 'sgd' },
  ...{ reestimateBatchNorm: 0, oscillations: 'leave', augmentation: 'crops_and_flips' },
  ...{ reduceRange: true, weightScheme: 'per_channel_symmetric' },
  ...{ narrowRange: false, powerOfTwo: false, beginAt: 'weights' },
};

describe('the address', () => {
  it('names what differs from the defaults, in words', () => {
    expect(toQuery(DEFAULT_RECIPE)).toBe('');
    expect(toQuery({ ...DEFAULT_RECIPE, weightBits: 4, learningRate: 2e-3 })).toBe('?lr=0.002&weight-bits=4');
    for (const name of Object.values(NAMES)) expect(toQuery(OTHER)).toMatch(new RegExp(`[?&]${name}=`));
  });

  it('comes back as it was, at the bounds too', () => {
    const ends = (end: 'min' | 'max') => Object.entries(BOUNDS).map(([choice, bounds]) => [choice, bounds[end]]);
    const [least, most] = (['min', 'max'] as const).map((end) => ({
      ...DEFAULT_RECIPE,
      ...Object.fromEntries(ends(end)),
    }));
    for (const recipe of [DEFAULT_RECIPE, OTHER, least, most]) expect(fromQuery(toQuery(recipe))).toEqual(recipe);
  });

  it.each([
    ['?steps=60x', 'steps is "60x".'],
    ['?steps=', 'steps is "".'],
    ['?lr=0,001', 'learningRate is "0,001".'],
    ['?weight-bits=4&activation-bits=12', 'activationBits is 12.'],
    ['?fuse-add-relu=1', 'fuseAddRelu is "1".'],
    ['?utm_source=a&steps=0', 'steps is 0.'],
    ['?steps=5&steps=6', 'steps is given twice.'],
  ])('%s is refused as a whole', (query, message) =>
    expect(() => fromQuery(query)).toThrow(expect.objectContaining({ code: 'bad-argument', message })),
  );

  it.each([
    'utm_source=a',
    'utm_source=a&utm_source=b',
    'colour=red',
    'version=2',
    '__proto__=1',
    'constructor',
    'Steps=0',
  ])('is read past what names no choice: %s', (foreign) => {
    expect(fromQuery(`?${foreign}`)).toEqual(DEFAULT_RECIPE);
    expect(fromQuery(`?weight-bits=4&${foreign}&seed=7`)).toEqual({ ...DEFAULT_RECIPE, weightBits: 4, seed: 7 });
  });
});

describe('texts by name', () => {
  it('stand in the place of what the base has', () =>
    expect(readChoices([['seed', '7']], OTHER)).toEqual({ ...OTHER, seed: 7 }));

  it.each(['colour', 'version', '__proto__'])('are refused where one names no choice: %s', (name) =>
    expect(() =>
      readChoices([
        ['weight-bits', '4'],
        [name, '2'],
      ]),
    ).toThrow(expect.objectContaining({ code: 'bad-argument', message: `${name} is unknown.` })),
  );
});

describe('the file', () => {
  it('comes back as it was', () => expect(fromFile(toFile(OTHER))).toEqual(OTHER));

  it('of a time before recipes had a version or a schedule says the same', () => {
    expect(fromFile(JSON.stringify({ ...OTHER, version: undefined }))).toEqual(OTHER);
    expect(fromFile(JSON.stringify({ ...OTHER, schedule: undefined }))).toEqual({ ...OTHER, schedule: 'constant' });
    const old = Object.fromEntries(Object.entries(OTHER).filter(([field]) => !(field in ADDED)));
    expect(fromFile(JSON.stringify(old))).toEqual({ ...old, ...ADDED });
  });

  it.each(
    spoilt(JSON.parse(toFile(OTHER)), {
      optional: ['version', 'schedule', ...Object.keys(ADDED)],
    }).filter(({ value }) => isJson(value)),
  )('is refused, naming the field: $how', ({ value, field }) =>
    expect(() => fromFile(JSON.stringify(value))).toThrow(
      expect.objectContaining({ code: 'bad-file', message: expect.stringContaining(`: ${field} is `) }),
    ),
  );

  it.each(['', '{', 'weightBits: 4'])('that is no JSON is refused: %j', (text) =>
    expect(() => fromFile(text)).toThrow(expect.objectContaining({ code: 'bad-file' })),
  );
});

/** What JSON can say; the rest of what may be spoilt cannot stand in a file. */
function isJson(value: unknown): boolean {
  const odd = (one: unknown) =>
    one === undefined || typeof one === 'bigint' || (typeof one === 'number' && !Number.isFinite(one));
  return !odd(value) && !Object.values(Object(value) as object).some(odd);
}
