// How much each layer minds fewer bits: one quantized to them and the rest not, and all but one. Not for choosing widths
// by it: greedy.ts.
import type { LayerBits, LayerWidths } from '../quant/layer-bits';
import type { Assignment, Measured } from './measured';

/** 'alone': this layer has the low widths, all others the high ones; 'all but': the other way round. */
export interface SensitivityCase extends Assignment {
  readonly layer: string;
  readonly which: 'alone' | 'all but';
  /** The low ones. */
  readonly widths: LayerWidths;
}

/** What a layer costs in accuracy at these widths, others apart: 0 or less where nothing was lost. */
export type Damage = (layer: string, widths: LayerWidths) => number;

/** All layers with the same widths. */
export const uniform = (layers: readonly string[], widths: LayerWidths): LayerBits =>
  new Map(layers.map((layer) => [layer, widths]));

/** One case for each layer, in their order; lazily, as each has a map of all. */
export function* sensitivityCases(
  layers: readonly string[],
  which: SensitivityCase['which'],
  { high, low }: { readonly high: LayerWidths; readonly low: LayerWidths },
): Generator<SensitivityCase> {
  const [one, others] = which === 'alone' ? [low, high] : [high, low];
  for (const layer of layers) {
    yield { layer, which, widths: low, layers: new Map(uniform(layers, others)).set(layer, one) };
  }
}

/**
 * Accuracy with all layers at the high widths, less that with one of them at lower ones.
 * @param high those widths, and the accuracy of all layers with them @param alone measured cases of lower ones
 * @returns a function that throws an Error on widths of which there is no case
 */
export function damageOf(
  high: { readonly widths: LayerWidths; readonly accuracy: number },
  alone: readonly Measured<SensitivityCase>[],
): Damage {
  const key = (layer: string, { weightBits, activationBits }: LayerWidths) =>
    `${layer}=${weightBits}/${activationBits}`;
  const lost = new Map(alone.map(({ layer, widths, accuracy }) => [key(layer, widths), high.accuracy - accuracy]));
  return (layer, widths) => {
    if (widths === high.widths) return 0;
    const damage = lost.get(key(layer, widths));
    if (damage === undefined) throw new Error(`What ${key(layer, widths)} costs was not measured.`);
    return damage;
  };
}
