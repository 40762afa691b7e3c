// The networks that a recipe trains: the graph of each run and the parameters it begins with.
// Not for training them: lab.ts.
import { keepEightBits, type KeepEight } from '../quant/eight-bits';
import { initialQParams, learnedQuantizers } from '../quant/learned';
import { ptq } from '../quant/methods/ptq';
import { prepareQat, type PrepareOptions } from '../quant/prepare';
import { qconfigById, type QConfigId } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import type { ActivationRanges } from '../quant/ranges/table';
import type { WeightRanges } from '../quant/ranges/weights';
import type { Start } from '../train/saved/state-check';
import type { Lab } from './lab';

export interface PreparedOptions extends PrepareOptions {
  readonly qconfig: QConfigId;
  readonly weightBits: number;
  readonly activationBits: number;
  /** What stays at 8 bits whatever the widths are. */
  readonly keepEight: KeepEight;
  /** How PTQ chooses the ranges of activations, and of weights. */
  readonly ranges: ActivationRanges;
  readonly weightRanges: WeightRanges;
  /** 'fused': trained as PyTorch's ConvBn modules; 'folded': into the weights before training. */
  readonly batchNorm: 'fused' | 'folded';
}

/** The float network: what the control trains, and what QAT prepares. */
export const floatStart = ({ fused, folded, model }: Lab, { batchNorm }: Pick<PreparedOptions, 'batchNorm'>): Start =>
  batchNorm === 'folded' ? folded : { graph: fused, params: model.params };

/** What PTQ reads of them, but for the graph that was calibrated. */
export type PtqChoices = Omit<PreparedOptions, 'qconfig' | 'batchNorm' | 'fuseAddRelu'>;

/** Post-training quantization by these choices. */
export function ptqOptions(options: PtqChoices) {
  const { weightBits, activationBits, keepEight: keep, ranges: activations, weightRanges: weights } = options;
  return { weightBits, activationBits, keep, ranges: { activations, weights } } as const;
}

/** The graph that QAT trains. @throws PlaygroundError on bits out of range */
export function preparedGraph(lab: Lab, options: PreparedOptions): QatGraph {
  const { fuseAddRelu, keepEight } = options;
  const { graph } = floatStart(lab, options);
  return keepEightBits(prepareQat(graph, qconfigById(options.qconfig, options), { fuseAddRelu }), keepEight);
}

/** What QAT begins with: where scales are learned, they begin as those of PTQ at the same widths. */
export async function qatStart(lab: Lab, options: PreparedOptions): Promise<Start> {
  const graph = preparedGraph(lab, options);
  const { params } = floatStart(lab, options);
  if (learnedQuantizers(graph).length === 0) return { graph, params };
  const { quantizers } = ptq(await lab.calibrate(options), ptqOptions(options));
  return { graph, params: new Map([...params, ...initialQParams(graph, quantizers)]) };
}
