// Single layers with widths of their own: a pass over a prepared graph's specifications.
// Not for what stays at 8 bits as a rule (eight-bits.ts), nor for finding out which layer needs how many.
import { PlaygroundError } from '../core/errors';
import { withBits } from './qconfigs';
import type { QatGraph } from './types';

/** Bits of a layer's weights, and of what it gives; a layer without weights has its activations alone. */
export interface LayerWidths {
  readonly weightBits: number;
  readonly activationBits: number;
}
/** By node id. */
export type LayerBits = ReadonlyMap<string, LayerWidths>;

/** @throws PlaygroundError 'bad-argument' on a layer that is not quantized in this graph, or bits out of range */
export function withLayerBits(graph: QatGraph, layers: LayerBits): QatGraph {
  const quant = { ...graph.quant };
  for (const [id, widths] of layers) {
    if (!Object.hasOwn(quant, id))
      throw new PlaygroundError(
        'bad-argument',
        `There is no quantized layer "${id}".`,
        `Layers are ${Object.keys(quant).join(', ')}.`,
      );
    quant[id] = withBits(quant[id], widths, graph.qconfig.codes);
  }
  return { ...graph, quant };
}
