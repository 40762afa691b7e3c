// The rows of the table of accuracies: networks by their bits, and for each what competes: every PTQ there is a choice of,
// and two trainings. Chosen on validation images: docs/quantization.md. Not for measuring: bench/accuracy.ts.
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';

export interface Row {
  readonly name: string;
  /** PyTorch's own: smallest and largest value of weights and activations. */
  readonly ptqMinMax: Recipe;
  /** Of which the best on validation images is the row's. */
  readonly ptq: readonly Recipe[];
  /** As the page trains by default at these bits. */
  readonly qatDefault: Recipe;
  readonly qatBest: Recipe;
}

type Fields = Partial<Recipe>;

/** What all networks of the table have in common: first and last layer and the skip adds at 8 bits. */
const BASE: Recipe = { ...DEFAULT_RECIPE, backend: 'wasm', keepEight: 'edges_and_sums' };

/** Learned scales from ranges of least squared error, batch norm folded first, the float network as teacher. */
const LEARNED: Fields = { qconfig: 'lsq', batchNorm: 'folded', distillation: 1, ranges: 'mse' };

/** Every combination of ranges, roundings and biases, and the best of these on channels made alike. */
const PTQ: readonly Fields[] = [
  ...(['histogram', 'mse', 'entropy'] as const).flatMap((ranges) =>
    (['nearest', 'flipped'] as const).flatMap((rounding) =>
      [false, true].map((correctBias) => ({ ranges, rounding, correctBias })),
    ),
  ),
  ...(['mse', 'entropy'] as const).map((ranges): Fields => {
    return { ranges, rounding: 'flipped', correctBias: true, equalize: true };
  }),
  { ranges: 'percentile' },
  { ranges: 'mse', weightRanges: 'mse' },
];

function row(name: string, bits: Fields, best: Fields): Row {
  const network = { ...BASE, ...bits };
  return {
    name,
    ptqMinMax: { ...network, ranges: 'minmax', weightRanges: 'minmax' },
    ptq: PTQ.map((choices) => ({ ...network, ...choices })),
    qatDefault: network,
    qatBest: { ...network, ...LEARNED, ...best },
  };
}

export const ROWS: readonly Row[] = [
  row('W8A8', { weightBits: 8, activationBits: 8 }, { steps: 600, learningRate: 3e-4, distillation: 0.5 }),
  row('W4A8', { weightBits: 4, activationBits: 8 }, { steps: 1200, learningRate: 3e-4 }),
  row('W4A4', { weightBits: 4, activationBits: 4 }, { steps: 2000, learningRate: 1e-3 }),
  row('W3A3', { weightBits: 3, activationBits: 3 }, { steps: 3000, learningRate: 3e-3 }),
  row('W2A8', { weightBits: 2, activationBits: 8 }, { steps: 3000, learningRate: 5e-3 }),
  row('W2A2', { weightBits: 2, activationBits: 2 }, { steps: 4000, learningRate: 1e-2 }),
];

/** The first seed's figures stand in the table; all tell the spread. */
export const SEEDS = [0, 1, 2];
