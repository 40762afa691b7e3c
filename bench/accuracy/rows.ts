// The rows of the table of accuracies: networks by their bits, and for each what competes: every PTQ there is a choice of,
// and two trainings. Chosen on validation images: docs/quantization.md. Not for measuring: bench/accuracy.ts.
import { LEARNED_WIDTHS } from '../../src/recipe/presets';
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

/** Minutes each: where roundings cost anything. */
const LEARNED: readonly Fields[] = [{ ranges: 'mse', rounding: 'learned' }];
const isHealthy = ({ weightBits, activationBits }: Recipe) => weightBits >= 4 && activationBits === 8;

/**
 * Mixed widths: the best of a search that takes no more bytes than this row's network, by PTQ on validation images. A
 * layer's own bits are then in all its recipes.
 */
export const MIXED = {
  name: 'mixed',
  of: 'W3A3',
  search: { ranges: 'mse', rounding: 'flipped', correctBias: true } satisfies Fields,
} as const;

/** Every network has the layers at 8 bits that the best training of its width keeps there. */
export const ROWS: readonly Row[] = LEARNED_WIDTHS.map(({ fields }) => {
  const { weightBits, activationBits, keepEight } = fields;
  const network: Recipe = { ...DEFAULT_RECIPE, backend: 'wasm', weightBits, activationBits, keepEight };
  return {
    name: `W${weightBits}A${activationBits}`,
    ptqMinMax: { ...network, ranges: 'minmax', weightRanges: 'minmax' },
    ptq: [...PTQ, ...(isHealthy(network) ? [] : LEARNED)].map((choices) => ({ ...network, ...choices })),
    qatDefault: network,
    qatBest: { ...network, ...fields },
  };
});

/** The same row with widths for single layers. */
export function withLayerBits(name: string, row: Row, layerBits: string): Row {
  const mix = (recipe: Recipe): Recipe => ({ ...recipe, layerBits });
  const { ptqMinMax, ptq, qatDefault, qatBest } = row;
  return { name, ptqMinMax: mix(ptqMinMax), ptq: ptq.map(mix), qatDefault: mix(qatDefault), qatBest: mix(qatBest) };
}

/** The first seed's figures stand in the table; all tell the spread. */
export const SEEDS = [0, 1, 2];
