// All that a visitor chooses of a prepared graph in one call: qconfig, what stays at 8 bits, widths of single layers.
// Not for the passes themselves: prepare.ts, eight-bits.ts, layer-bits.ts.
import type { Graph } from '../graph/types';
import { keepEightBits, type KeepEight } from './eight-bits';
import { withLayerBits, type LayerBits } from './layer-bits';
import { prepareQat, type PrepareOptions } from './prepare';
import { qconfigById, type QConfigId, type QConfigOptions } from './qconfigs';
import type { QatGraph } from './types';

export interface PrepareChoices extends PrepareOptions, QConfigOptions {
  readonly qconfig: QConfigId;
  readonly keepEight: KeepEight;
  readonly layers: LayerBits;
}

/** @throws PlaygroundError 'bad-argument' on bits out of range or a layer that is not there */
export function prepareBy(graph: Graph, choices: PrepareChoices): QatGraph {
  const { fuseAddRelu, qconfig, keepEight, layers } = choices;
  const prepared = prepareQat(graph, qconfigById(qconfig, choices), { fuseAddRelu });
  return withLayerBits(keepEightBits(prepared, keepEight), layers);
}
