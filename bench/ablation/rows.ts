// The rows of the ablation: at each width a training, and the same with one choice changed. What each choice is worth decides
// the presets (src/recipe/presets.ts). Not for measuring: bench/ablation.ts.
import { learnedAt } from '../../src/recipe/presets';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import type { Cell } from '../pages/accuracy';

type Fields = Partial<Recipe>;

export interface Ablation {
  /** Bits of weights and activations. */
  readonly bits: readonly [number, number];
  /** The training that the changes are made to. */
  readonly base: Recipe;
  /** By what they are called in the table. */
  readonly changes: readonly (readonly [name: string, change: Fields])[];
}

const AVERAGES: Fields = { averaging: 0.99 };
const LABELS: Fields = { distillation: 0.5 };
const CROPS: Fields = { augmentation: 'crops_and_flips' };

/** That few bits are asked for: each choice of the training there is. */
const ALL: Ablation['changes'] = [
  ['averages of 0.99', AVERAGES],
  ['batch norm as PyTorch has it', { batchNorm: 'fused' }],
  ['the same, re-estimated on 2,000 images', { batchNorm: 'fused', reestimateBatchNorm: 2000 }],
  ['oscillating weights damped', { oscillations: 'damp' }],
  ['oscillating weights frozen', { oscillations: 'freeze' }],
  ['half of the target from labels', LABELS],
  ['crops and flips', CROPS],
  ['rate constant', { schedule: 'constant' }],
];
/** As SGD has it at its best rate. */
const sgd = (learningRate: number): Fields => ({ optimizer: 'sgd', learningRate, ...CROPS });
const peak = (learningRate: number): Ablation['changes'][number] => [`peak ${learningRate}`, { learningRate }];

/** Learned scales from the weights as they are, in 600 steps: what is compared takes minutes, not tens of them. */
function short(
  weightBits: number,
  activationBits: number,
  learningRate: number,
  changes: Ablation['changes'],
): Ablation {
  const fields: Fields = { beginAt: 'weights', rounding: 'nearest', averaging: 0, steps: 600, learningRate };
  const base = { ...DEFAULT_RECIPE, backend: 'wasm', ...learnedAt({ weightBits, activationBits }), ...fields } as const;
  return { bits: [weightBits, activationBits], base, changes };
}

export const ABLATIONS: readonly Ablation[] = [
  short(3, 3, 1e-4, [...ALL, peak(5e-5), peak(2e-4), ['SGD, crops and flips, peak 3e-3', sgd(3e-3)]]),
  short(2, 2, 3e-4, [
    ...ALL,
    ['900 steps, which take as long as 600 with batch norm', { steps: 900 }],
    ['SGD, crops and flips, peak 1e-2', sgd(1e-2)],
  ]),
  short(4, 4, 2e-5, [['averages of 0.99', AVERAGES], peak(4e-5), ['SGD, crops and flips, peak 1e-3', sgd(1e-3)]]),
  short(2, 8, 2e-4, [peak(1e-4), ['SGD, crops and flips, peak 5e-3', sgd(5e-3)]]),
  short(4, 8, 2e-5, [['half of the target from labels', LABELS]]),
  short(8, 8, 1e-5, [['half of the target from labels', LABELS]]),
  {
    ...{ bits: [3, 8], base: { ...DEFAULT_RECIPE, backend: 'wasm' } },
    changes: [peak(3e-4), peak(3e-3)],
  },
];

export const SEEDS = [0, 1, 2];

/** Its base, and then each change made to it. */
export const trainings = ({ base, changes }: Ablation): readonly (readonly [what: string, recipe: Recipe])[] => [
  ['as it is', base],
  ...changes.map(([what, change]) => [what, { ...base, ...change }] as const),
];

/** Every choice is judged on validation images. */
export const cellOf = (recipe: Recipe, seed: number): Cell => ({
  kind: 'qat',
  recipe: { ...recipe, seed },
  split: 'validation',
});
