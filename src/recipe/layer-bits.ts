// Widths of single layers as one short text, as a recipe and an address hold them: 'layer4.1.conv2=2/4,fc=8/8', weights before
// activations. Not for which layers there are: src/quant/layer-bits.ts.
import { BITS } from '../core/qparams';

/** By layer. */
type Widths = ReadonlyMap<string, { readonly weightBits: number; readonly activationBits: number }>;

const DIGIT = `[${BITS.min}-${BITS.max}]`;
const LAYER = new RegExp(`^([\\w.]+)=(${DIGIT})/(${DIGIT})$`);

/** undefined where the text is none, or names a layer twice. */
export function readLayerBits(text: string): Widths | undefined {
  const widths = new Map<string, { readonly weightBits: number; readonly activationBits: number }>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [, layer, weightBits, activationBits] = LAYER.exec(part) ?? [];
    if (layer === undefined || widths.has(layer)) return undefined;
    widths.set(layer, { weightBits: Number(weightBits), activationBits: Number(activationBits) });
  }
  return widths;
}

export const writeLayerBits = (widths: Widths): string =>
  [...widths].map(([layer, { weightBits, activationBits }]) => `${layer}=${weightBits}/${activationBits}`).join(',');
