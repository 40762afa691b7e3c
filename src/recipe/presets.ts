// Whole recipes by name: what the article does, what PyTorch has by default, and the best training measured at each width.
// Not for what a choice does, nor for what the page calls them; where the figures come from: docs/quantization.md.
import { DEFAULT_RECIPE, type Choice, type Recipe } from './recipe';

/** What a preset leaves to the visitor. */
const LEFT = ['version', 'backend', 'batch', 'images', 'seed'] as const;
type Method = Omit<Recipe, (typeof LEFT)[number]>;

/** Those of the article and of PyTorch. */
export type NamedPreset =
  | 'as_opened'
  | 'article'
  | 'qat'
  | 'qat_qnnpack'
  | 'qat_without_add_relu'
  | 'qat_fused_kernel'
  | 'qat_without_fusion'
  | 'per_tensor_minmax';

export interface Preset {
  /** Of the best training at its widths: 'learned_w4a8'. */
  readonly id: NamedPreset | `learned_w${number}a${number}`;
  readonly fields: Method;
}

const DEFAULTS = Object.fromEntries(
  Object.entries(DEFAULT_RECIPE).filter(([field]) => !(LEFT as readonly string[]).includes(field)),
) as Method;

/**
 * Learned scales that begin with ranges of least squared error, batch norms folded first, the network itself as teacher, by
 * Adam on images that are not cropped; first and last layer and the sums of skip connections at 8 bits.
 */
const LEARNED: Partial<Method> = {
  ...{ qconfig: 'lsq', batchNorm: 'folded', distillation: 1, ranges: 'mse', keepEight: 'edges_and_sums' },
  ...{ optimizer: 'adam', augmentation: 'flips' },
};

/** Roundings are learned first, and training goes on from them; at 2 bits a long training leaves them behind. */
const AFTER_ROUNDINGS: Partial<Method> = { rounding: 'learned', beginAt: 'ptq' };

/** @param learningRate the peak: fewer bits want more */
function learned(
  [weightBits, activationBits]: readonly [number, number],
  steps: number,
  learningRate: number,
  begins: Partial<Method> = {},
): Preset {
  return {
    id: `learned_w${weightBits}a${activationBits}`,
    fields: { ...DEFAULTS, ...LEARNED, ...begins, weightBits, activationBits, steps, learningRate },
  };
}

/** The best training of each width, by validation images. */
export const LEARNED_WIDTHS: readonly Preset[] = [
  learned([8, 8], 300, 1e-5),
  learned([4, 8], 1000, 2e-5),
  learned([4, 4], 1400, 2e-5, { ...AFTER_ROUNDINGS, averaging: 0.99 }),
  learned([3, 3], 1400, 1e-4, AFTER_ROUNDINGS),
  learned([2, 8], 2000, 2e-4),
  learned([2, 2], 2000, 3e-4),
];

/** The best training measured at these widths, or at the next lower ones that were: what heals those heals these. */
export function learnedAt({ weightBits, activationBits }: Pick<Recipe, 'weightBits' | 'activationBits'>): Method {
  const bits = ({ fields }: Preset) => fields.weightBits + fields.activationBits;
  const lower = LEARNED_WIDTHS.filter(
    ({ fields }) => fields.weightBits <= weightBits && fields.activationBits <= activationBits,
  );
  const nearest = lower.reduce((best, preset) => (bits(preset) > bits(best) ? preset : best));
  return { ...nearest.fields, weightBits, activationBits };
}

const ARTICLE: Method = {
  ...DEFAULTS,
  ...{ weightBits: 8, qconfig: 'fbgemm', fuseAddRelu: false, schedule: 'constant' },
};
/** PyTorch's scheme for ARM. */
const QNNPACK: Partial<Method> = { reduceRange: false, weightScheme: 'per_tensor_symmetric' };

export const PRESETS: readonly Preset[] = [
  { id: 'as_opened', fields: DEFAULTS },
  { id: 'article', fields: ARTICLE },
  { id: 'qat', fields: { ...DEFAULTS, weightBits: 8 } },
  { id: 'qat_qnnpack', fields: { ...DEFAULTS, weightBits: 8, ...QNNPACK } },
  { id: 'qat_without_add_relu', fields: { ...DEFAULTS, weightBits: 8, fuseAddRelu: false } },
  { id: 'qat_fused_kernel', fields: { ...DEFAULTS, weightBits: 8, qconfig: 'fbgemm_fused' } },
  { id: 'qat_without_fusion', fields: { ...DEFAULTS, weightBits: 8, batchNorm: 'apart', fuseAddRelu: false } },
  { id: 'per_tensor_minmax', fields: { ...ARTICLE, ...QNNPACK, ranges: 'minmax' } },
  ...LEARNED_WIDTHS,
];

/** Whether a recipe makes all these choices. */
export const makes = (recipe: Recipe, fields: Partial<Recipe>): boolean =>
  (Object.keys(fields) as Choice[]).every((field) => fields[field] === recipe[field]);

/** The preset that a recipe is, whatever it leaves to the visitor. */
export const presetOf = (recipe: Recipe): Preset | undefined => PRESETS.find(({ fields }) => makes(recipe, fields));
