// Whole recipes by name: what the article does, what PyTorch has by default, and the best training measured at each width.
// Not for what a choice does; where the figures come from: docs/quantization.md.
import { DEFAULT_RECIPE, type Choice, type Recipe } from './recipe';

/** What a preset leaves to the visitor. */
const LEFT = ['version', 'backend', 'batch', 'images', 'seed'] as const;
type Method = Omit<Recipe, (typeof LEFT)[number]>;

export interface Preset {
  readonly name: string;
  /** In one line, what it is for. */
  readonly why: string;
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
    name: `W${weightBits}A${activationBits}, learned scales`,
    why: `The best measured at these widths: ${steps} steps, taught by the network as it was.`,
    fields: { ...DEFAULTS, ...LEARNED, ...begins, weightBits, activationBits, steps, learningRate },
  };
}

/** The best training of each width, by validation images. */
export const LEARNED_WIDTHS: readonly Preset[] = [
  learned([8, 8], 300, 1e-5),
  learned([4, 8], 1000, 2e-5),
  learned([4, 4], 1400, 2e-5, AFTER_ROUNDINGS),
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
  { name: 'As the page opens', why: '3-bit weights break, and a minute of training heals them.', fields: DEFAULTS },
  {
    name: 'The article',
    why: 'Observers alone: nothing is simulated, so that training is ordinary fine-tuning.',
    fields: ARTICLE,
  },
  {
    name: 'PyTorch QAT',
    why: 'get_default_qat_qconfig("fbgemm") or ("x86"), which is the same, at 8 bits: fake-quant in every forward pass.',
    fields: { ...DEFAULTS, weightBits: 8 },
  },
  {
    name: 'PyTorch QAT for qnnpack',
    why: 'get_default_qat_qconfig("qnnpack"): one scale for a whole weight, and all 256 codes for activations.',
    fields: { ...DEFAULTS, weightBits: 8, ...QNNPACK },
  },
  {
    name: 'PyTorch QAT without add_relu',
    why: 'Adds and their ReLUs apart, as the article has them, with fake-quant in every forward pass.',
    fields: { ...DEFAULTS, weightBits: 8, fuseAddRelu: false },
  },
  {
    name: 'PyTorch QAT, its fused kernel',
    why: 'FusedMovingAvgObsFakeQuantize trains with one scale for each weight; conversion takes another.',
    fields: { ...DEFAULTS, weightBits: 8, qconfig: 'fbgemm_fused' },
  },
  {
    name: 'PyTorch QAT without fusion',
    why: 'fuse_modules forgotten: convolution, batch norm and ReLU are quantized one by one.',
    fields: { ...DEFAULTS, weightBits: 8, batchNorm: 'apart', fuseAddRelu: false },
  },
  {
    name: 'Per-tensor MinMax',
    why: "The article's other qconfig, in its comment: MinMaxObserver for activations and for whole weights.",
    fields: { ...ARTICLE, ...QNNPACK, ranges: 'minmax' },
  },
  ...LEARNED_WIDTHS,
];

/** Whether a recipe makes all these choices. */
export const makes = (recipe: Recipe, fields: Partial<Recipe>): boolean =>
  (Object.keys(fields) as Choice[]).every((field) => fields[field] === recipe[field]);

/** The preset that a recipe is, whatever it leaves to the visitor. */
export const presetOf = (recipe: Recipe): Preset | undefined => PRESETS.find(({ fields }) => makes(recipe, fields));
