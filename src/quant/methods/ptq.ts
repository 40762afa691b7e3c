// Post-training quantization as PyTorch's prepare, calibrate and convert do it: a pure function of the weights and of the
// histograms that one calibration kept, at any bit width. Not for calibrating (src/train), nor for codes (src/convert).
import type { ParamStore } from '../../core/params';
import type { ObservedRange } from '../../core/qparams';
import type { Graph } from '../../graph/types';
import { freeze, type FrozenQuantizers } from '../freeze';
import { observeWeights } from '../observe-weights';
import { prepareQat, type PrepareOptions } from '../prepare';
import { getDefaultQConfig, type QConfigOptions } from '../qconfigs';
import type { QatGraph } from '../types';

export type PtqOptions = Pick<QConfigOptions, 'weightBits' | 'activationBits'> & PrepareOptions;

/** The graph as get_default_qconfig("fbgemm") prepares it, whose activations a calibration has to see. */
export const ptqGraph = (fused: Graph, { weightBits, activationBits, fuseAddRelu }: PtqOptions): QatGraph =>
  prepareQat(fused, getDefaultQConfig('fbgemm', { weightBits, activationBits }), { fuseAddRelu });

/**
 * @param ranges of the activations by node id: PyTorch's of their histograms do not depend on the bit width
 * @throws PlaygroundError 'bad-argument' when a tensor was never observed, 'diverged' when a range is not finite
 */
export function ptq(
  fused: Graph,
  params: ParamStore,
  ranges: ReadonlyMap<string, ObservedRange>,
  options: PtqOptions,
): { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers } {
  const graph = ptqGraph(fused, options);
  return { graph, quantizers: freeze(graph, observeWeights(graph, params, ranges)) };
}
