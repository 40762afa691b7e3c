// The networks that a recipe trains: the graph of each run and the parameters it begins with.
// Not for training them: lab.ts.
import { PlaygroundError } from '../core/errors';
import type { Graph } from '../graph/types';
import { keepEightBits, type KeepEight } from '../quant/eight-bits';
import { withLayerBits, type LayerBits } from '../quant/layer-bits';
import { initialQParams, learnedQuantizers } from '../quant/learned';
import { equalize } from '../quant/methods/equalize';
import { ptq, type Rounding } from '../quant/methods/ptq';
import { prepareQat, type PrepareOptions } from '../quant/prepare';
import { qconfigById, type QConfigId, type SchemeOptions } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import type { ActivationRanges } from '../quant/ranges/table';
import type { WeightRanges } from '../quant/ranges/weights';
import { readLayerBits } from '../recipe/layer-bits';
import type { Start } from '../train/saved/state-check';
import type { Lab, LabCalibration } from './lab';

export interface PreparedOptions extends PrepareOptions, Required<SchemeOptions> {
  readonly qconfig: QConfigId;
  readonly weightBits: number;
  readonly activationBits: number;
  /** What stays at 8 bits whatever the widths are. */
  readonly keepEight: KeepEight;
  /** Layers with widths of their own, as text: src/recipe/layer-bits.ts. */
  readonly layerBits: string;
  /** How PTQ chooses the ranges of activations, and of weights. */
  readonly ranges: ActivationRanges;
  readonly weightRanges: WeightRanges;
  /** What PTQ does besides: see PtqOptions. */
  readonly rounding: Rounding | 'learned';
  readonly correctBias: boolean;
  /** Of what PTQ quantizes, and of what QAT trains where batch norms are folded first: see equalize. */
  readonly equalize: boolean;
  /**
   * 'fused': trained as PyTorch's ConvBn modules; 'folded': into the weights before training; 'apart': no module is fused,
   * as in a network that fuse_modules was forgotten for.
   */
  readonly batchNorm: 'fused' | 'folded' | 'apart';
}

/** What decides on the float network that is trained. */
export type FloatChoices = Pick<PreparedOptions, 'batchNorm' | 'equalize'>;

/** The graph of the float network: what the control trains, and what QAT prepares. */
export function floatGraph({ model, fused, folded }: Lab, { batchNorm }: FloatChoices): Graph {
  if (batchNorm === 'apart') return model.graph;
  return batchNorm === 'folded' ? folded.graph : fused;
}

/** The same with the parameters it begins with. */
export function floatStart(lab: Lab, options: FloatChoices): Start {
  const graph = floatGraph(lab, options);
  if (options.batchNorm !== 'folded') return { graph, params: lab.model.params };
  const { params } = lab.folded;
  return options.equalize ? { graph, params: equalize(graph, params) } : { graph, params };
}

/** What is calibrated for PTQ by these choices. */
export const calibrationOf = ({ fuseAddRelu, equalize, batchNorm }: PreparedOptions): LabCalibration => ({
  ...{ fuseAddRelu, equalize, unfused: batchNorm === 'apart' },
});

/** What PTQ reads of them, but for the graph that was calibrated. */
export type PtqChoices = Omit<PreparedOptions, 'qconfig' | 'batchNorm' | 'fuseAddRelu'>;

/** Post-training quantization by these choices, within milliseconds: where roundings would be learned, they are flipped. */
export function ptqOptions(options: PtqChoices) {
  const { weightBits, activationBits, keepEight: keep, ranges: activations, weightRanges: weights } = options;
  const { correctBias, reduceRange, weightScheme, narrowRange, powerOfTwo } = options;
  const rounding = options.rounding === 'learned' ? 'flipped' : options.rounding;
  const [ranges, layers] = [{ activations, weights }, layersOf(options)];
  const scheme = { reduceRange, weightScheme, narrowRange, powerOfTwo };
  return { weightBits, activationBits, ...scheme, keep, layers, ranges, rounding, correctBias } as const;
}

/** The graph that QAT trains. @throws PlaygroundError 'bad-argument' on bits out of range or a layer that is not there */
export function preparedGraph(lab: Lab, options: PreparedOptions): QatGraph {
  const { fuseAddRelu, keepEight } = options;
  const graph = floatGraph(lab, options);
  const prepared = prepareQat(graph, qconfigById(options.qconfig, options), { fuseAddRelu });
  return withLayerBits(keepEightBits(prepared, keepEight), layersOf(options));
}

/** @throws PlaygroundError 'bad-argument' on a text that a recipe would not hold */
function layersOf({ layerBits }: Pick<PreparedOptions, 'layerBits'>): LayerBits {
  const layers = readLayerBits(layerBits);
  if (!layers) throw new PlaygroundError('bad-argument', `"${layerBits}" gives no layers their bits.`, 'Write fc=8/8.');
  return layers;
}

/** What QAT begins with: where scales are learned, they begin as those of PTQ of the same weights, at the same widths. */
export async function qatStart(lab: Lab, options: PreparedOptions): Promise<Start> {
  const graph = preparedGraph(lab, options);
  const { params } = floatStart(lab, options);
  if (learnedQuantizers(graph).length === 0) return { graph, params };
  const same = calibrationOf({ ...options, equalize: options.equalize && options.batchNorm === 'folded' });
  const { quantizers } = ptq(await lab.calibrate(same), ptqOptions(options));
  return { graph, params: new Map([...params, ...initialQParams(graph, quantizers)]) };
}
