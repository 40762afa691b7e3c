// What tests of the scripts have in common: other values of every choice, and that none of them is passed over in silence.
// For tests alone.
import { expect } from 'vitest';
import { CHOICES, DEFAULT_RECIPE, type Choice, type Recipe } from '../recipe/recipe';
import { PRESETS, type Preset } from '../recipe/presets';
import type { Script } from './script';

export const SITE = 'https://example.org/playground/';
export const preset = (id: Preset['id']): Partial<Recipe> => PRESETS.find((preset) => preset.id === id)!.fields;

/** Values besides the default of what the scripts have to say: the backend is the page's own matter. */
const OTHERS: { readonly [C in Exclude<Choice, 'backend'>]: readonly Recipe[C][] } = {
  steps: [7],
  batch: [8],
  learningRate: [1e-5],
  schedule: ['constant', 'step', 'one_cycle'],
  weightBits: [8],
  activationBits: [4],
  images: [500],
  seed: [3],
  augmentation: ['flips', 'none'],
  optimizer: ['adam'],
  distillation: [0.5, 1],
  averaging: [0.99],
  oscillations: ['damp', 'freeze'],
  reestimateBatchNorm: [2000],
  qconfig: ['fbgemm_fused', 'fbgemm', 'lsq'],
  reduceRange: [false],
  weightScheme: ['per_tensor_symmetric', 'per_channel_affine', 'per_tensor_affine'],
  narrowRange: [true],
  powerOfTwo: [true],
  keepEight: ['edges', 'edges_and_sums'],
  layerBits: ['fc=8/8', 'fc=8/4', 'nowhere=8/8'],
  ranges: ['minmax', 'mse', 'entropy', 'percentile'],
  weightRanges: ['mse'],
  rounding: ['flipped', 'learned'],
  beginAt: ['ptq'],
  correctBias: [true],
  equalize: [true],
  batchNorm: ['folded', 'apart'],
  fuseAddRelu: [false],
};

/** Every recipe with one choice that is not the default's. */
export const OTHER_RECIPES = CHOICES.filter((choice) => choice !== 'backend').flatMap((choice) =>
  OTHERS[choice].map((value) => ({ choice, value, recipe: { ...DEFAULT_RECIPE, [choice]: value } })),
);

/** The choice changes what the script does, or is said to be left out. */
export function expectSaid(choice: Choice, script: Script, standard: Script): void {
  const listed = script.leftOut.filter((left) => left.choice === choice);
  for (const { setting, why } of listed) expect(words(script.text)).toContain(`${setting}: ${why}`);
  if (listed.length === 0) expect(code(script.text)).not.toBe(code(standard.text));
}

/** Without comments. */
const code = (text: string): string => text.replaceAll(/#.*\n/g, '');
/** With the comment's lines as one. */
const words = (text: string): string => text.replaceAll(/\n# +/g, ' ');
