// Everything a visitor chooses for a run, as one versioned object: the same in the page, the address, a file and storage.
// Not for the page's form, nor for what a choice does.
import * as v from 'valibot';
import { PlaygroundError } from '../core/errors';
import { BITS } from '../core/qparams';
import { exactly, faultOf, flag, object, oneOf, parse, real, text, whole, type Fault } from '../core/schema';
import { readLayerBits } from './layer-bits';

/** Bounds of the choices that are numbers, both included, and which of them are whole. */
export const BOUNDS = {
  steps: { min: 1, max: 100_000, whole: true },
  batch: { min: 1, max: 512, whole: true },
  learningRate: { min: 1e-8, max: 1, whole: false },
  weightBits: { ...BITS, whole: true },
  activationBits: { ...BITS, whole: true },
  images: { min: 1, max: 10_000, whole: true },
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
  distillation: { min: 0, max: 1, whole: false },
  averaging: { min: 0, max: 0.9999, whole: false },
  reestimateBatchNorm: { min: 0, max: 10_000, whole: true },
} as const;
export type NumberChoice = keyof typeof BOUNDS;

function number(choice: NumberChoice) {
  const { min, max, whole: isWhole } = BOUNDS[choice];
  return isWhole ? whole(min, max) : real(min, max);
}

const RecipeSchema = object({
  version: exactly(1),
  backend: oneOf(['auto', 'webgpu', 'wasm']),
  steps: number('steps'),
  batch: number('batch'),
  /** The rate itself, or the peak that `schedule` reaches. */
  learningRate: number('learningRate'),
  /** Over the steps: 'constant', 'step' to a hundredth, 'cosine' from the rate to zero, 'one_cycle' up to it and down. */
  schedule: oneOf(['constant', 'step', 'cosine', 'one_cycle']),
  weightBits: number('weightBits'),
  activationBits: number('activationBits'),
  /** Test images in the final table. */
  images: number('images'),
  seed: number('seed'),
  /** What is done to training images: torchvision's RandomCrop(32, padding=4) and RandomHorizontalFlip (src/data/augment.ts). */
  augmentation: oneOf(['crops_and_flips', 'flips', 'none']),
  /** torch.optim's; 'sgd' with a momentum of 0.9. */
  optimizer: oneOf(['sgd', 'adam']),
  /** Share of QAT's target that is what the network answered before training: 0 learns from the labels alone. */
  distillation: number('distillation'),
  /** What a running average of the parameters, which stands for the trained network, keeps at each step; 0: none is kept. */
  averaging: number('averaging'),
  /** Weights whose codes change back and forth: left, pulled to their codes, or held there (src/train/oscillation-schedule.ts). */
  oscillations: oneOf(['leave', 'damp', 'freeze']),
  /** Training images of which fused batch norms take their statistics anew after the last step; 0: they keep the running ones. */
  reestimateBatchNorm: number('reestimateBatchNorm'),
  /**
   * 'fbgemm_qat' simulates (get_default_qat_qconfig), 'fbgemm_fused' does so by PyTorch's fused kernel, whose rule for weights
   * is not that of conversion, 'fbgemm' observes only (get_default_qconfig, the article's), 'lsq' learns its scales
   * (_LearnableFakeQuantize).
   */
  qconfig: oneOf(['fbgemm_qat', 'fbgemm_fused', 'fbgemm', 'lsq']),
  /** PyTorch's reduce_range. true: 8-bit activations have codes 0..127, fbgemm's; false: 0..255, qnnpack's. */
  reduceRange: flag,
  /** torch.qscheme of weights. Affine ones can be trained and judged, but not converted: our engine's weights have no zero points. */
  weightScheme: oneOf(['per_channel_symmetric', 'per_tensor_symmetric', 'per_channel_affine', 'per_tensor_affine']),
  /** true: weights have as many codes below 0 as above, -7..7 of 4 bits. */
  narrowRange: flag,
  /** true: every scale is rounded up to a power of two. */
  powerOfTwo: flag,
  /** What has 8 bits whatever the widths are: nothing, the layers at both ends, these and the skip adds. */
  keepEight: oneOf(['none', 'edges', 'edges_and_sums']),
  /** Layers with widths of their own, whatever is said above: 'layer4.1.conv2=2/4,fc=8/8'; see layer-bits.ts. */
  layerBits: v.pipe(
    text,
    v.check((layers) => readLayerBits(layers) !== undefined, 'like "layer4.1.conv2=2/4,fc=8/8", each layer once'),
  ),
  /**
   * How PTQ, and what begins with it (learned scales, the slider), chooses the ranges of activations: src/quant/ranges. A
   * qconfig that observes only has MinMaxObserver by 'minmax', HistogramObserver by the others.
   */
  ranges: oneOf(['histogram', 'minmax', 'mse', 'entropy', 'percentile']),
  /** The same of weights. */
  weightRanges: oneOf(['minmax', 'mse']),
  /**
   * How PTQ rounds weights: to the nearest code, flipped so that errors cancel (src/quant/methods/flip-roundings.ts), or as
   * is learned block by block in minutes (src/train/rounding).
   */
  rounding: oneOf(['nearest', 'flipped', 'learned']),
  /**
   * What QAT begins with: the weights as they are, or moved to the codes that PTQ gives them by the choices above, with its
   * biases. Where roundings are learned, that is done first, in minutes.
   */
  beginAt: oneOf(['weights', 'ptq']),
  /** PTQ takes from biases what rounding the weights adds to the mean of outputs (src/quant/methods/correct-bias.ts). */
  correctBias: flag,
  /**
   * Channels of neighbouring layers are made alike before PTQ (src/quant/methods/equalize.ts), and before QAT where batch
   * norms are folded first.
   */
  equalize: flag,
  /**
   * 'fused': trained as PyTorch's ConvBn; 'folded': into the weights before training; 'apart': QAT trains and converts the
   * network without fusion, each convolution, batch norm and ReLU a module of its own.
   */
  batchNorm: oneOf(['fused', 'folded', 'apart']),
  /** true: add_relu as one op; false: add, then ReLU, as the article has it. */
  fuseAddRelu: flag,
});

export type Recipe = Readonly<v.InferOutput<typeof RecipeSchema>>;
/** A field that the visitor sets. */
export type Choice = Exclude<keyof Recipe, 'version'>;

/** Chosen on validation images: docs/quantization.md. */
export const DEFAULT_RECIPE: Recipe = {
  version: 1,
  backend: 'auto',
  steps: 400,
  batch: 32,
  learningRate: 1e-3,
  schedule: 'cosine',
  weightBits: 3,
  activationBits: 8,
  images: 10_000,
  seed: 0,
  augmentation: 'crops_and_flips',
  optimizer: 'sgd',
  distillation: 0,
  averaging: 0,
  oscillations: 'leave',
  reestimateBatchNorm: 0,
  qconfig: 'fbgemm_qat',
  reduceRange: true,
  weightScheme: 'per_channel_symmetric',
  narrowRange: false,
  powerOfTwo: false,
  keepEight: 'none',
  layerBits: '',
  ranges: 'histogram',
  weightRanges: 'minmax',
  rounding: 'nearest',
  beginAt: 'weights',
  correctBias: false,
  equalize: false,
  batchNorm: 'fused',
  fuseAddRelu: true,
};

export const CHOICES = Object.keys(DEFAULT_RECIPE).filter((field) => field !== 'version') as readonly Choice[];

/** What is wrong with one field's value; undefined when it may be chosen. */
export const choiceFault = (name: keyof Recipe, value: unknown): Fault | undefined =>
  faultOf(RecipeSchema.entries[name], value);

/** @throws PlaygroundError 'bad-argument' naming the first field that is missing, unknown or not what it may be */
export function checkRecipe(recipe: unknown): Recipe {
  return parse(
    RecipeSchema,
    recipe,
    ({ what, may }) =>
      new PlaygroundError('bad-argument', `${what}.`, may ? `Choose ${may}.` : 'Give every choice, and no others.'),
  );
}

/**
 * Fields that recipes had not from the first day, each with what was done before there was a choice: what is stored or
 * written without them says the same with them.
 */
const ADDED: Partial<Recipe> = {
  ...{ version: 1, schedule: 'constant', distillation: 0 },
  ...{ keepEight: 'none', ranges: 'histogram', weightRanges: 'minmax', batchNorm: 'fused' },
  ...{ rounding: 'nearest', correctBias: false, equalize: false, layerBits: '', averaging: 0, optimizer: 'sgd' },
  ...{ reestimateBatchNorm: 0, oscillations: 'leave', augmentation: 'crops_and_flips' },
  ...{ reduceRange: true, weightScheme: 'per_channel_symmetric' },
  ...{ narrowRange: false, powerOfTwo: false, beginAt: 'weights' },
};

/** As RecipeSchema, for what earlier versions of the page stored or wrote: brought up to today's form first. */
export const KeptRecipeSchema = v.pipe(
  v.unknown(),
  v.transform((value) => (isRecord(value) ? { ...ADDED, ...value } : value)),
  RecipeSchema,
);

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
