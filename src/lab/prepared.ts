// The networks that a recipe trains: the graph of each run and the parameters it begins with.
// Not for training them: lab.ts.
import { PlaygroundError } from '../core/errors';
import type { ParamStore } from '../core/params';
import type { PerChannelQParams } from '../core/qparams';
import { inferenceWeights, normalizing } from '../graph/fold';
import type { Graph, WeightedNode } from '../graph/types';
import type { KeepEight } from '../quant/eight-bits';
import type { LayerBits } from '../quant/layer-bits';
import { initialQParams, learnedQuantizers } from '../quant/learned';
import { equalize } from '../quant/methods/equalize';
import { withinCodes } from '../quant/methods/within-codes';
import type { Clip, Rounding } from '../quant/methods/ptq';
import type { PrepareOptions } from '../quant/prepare';
import { prepareBy } from '../quant/prepare-by';
import type { QConfigId, SchemeOptions } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import type { ActivationRanges } from '../quant/ranges/table';
import type { WeightRanges } from '../quant/ranges/weights';
import { readLayerBits } from '../recipe/layer-bits';
import type { Start } from '../train/saved/state-check';
import type { Lab, LabCalibration, Learning } from './lab';

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
  /** 'ptq': QAT begins with weights at the codes that PTQ gives them, and with its biases; 'weights': with these as they are. */
  readonly beginAt: 'weights' | 'ptq';
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
export function floatGraph(lab: Lab, { batchNorm }: FloatChoices): Graph {
  if (batchNorm === 'apart') return lab.model.graph;
  return batchNorm === 'folded' ? lab.folded.graph : lab.fused;
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
export interface PtqChoices extends Omit<PreparedOptions, 'qconfig' | 'beginAt' | 'batchNorm' | 'fuseAddRelu'> {
  /** Ranges of single activations, by node id: see PtqOptions. */
  readonly clips?: Readonly<Record<string, Clip>>;
}

/** Post-training quantization by these choices, within milliseconds: where roundings would be learned, they are flipped. */
export function ptqOptions(options: PtqChoices) {
  const { weightBits, activationBits, keepEight: keep, ranges: activations, weightRanges: weights } = options;
  const { correctBias, reduceRange, weightScheme, narrowRange, powerOfTwo } = options;
  const rounding = options.rounding === 'learned' ? 'flipped' : options.rounding;
  const [ranges, layers] = [{ activations, weights }, layersOf(options)];
  const scheme = { reduceRange, weightScheme, narrowRange, powerOfTwo };
  const clips = new Map(Object.entries(options.clips ?? {}));
  return { weightBits, activationBits, ...scheme, keep, layers, ranges, clips, rounding, correctBias } as const;
}

/** The graph that QAT trains. @throws PlaygroundError 'bad-argument' on bits out of range or a layer that is not there */
export function preparedGraph(lab: Lab, options: PreparedOptions): QatGraph {
  return prepareBy(floatGraph(lab, options), { ...options, layers: layersOf(options) });
}

/** @throws PlaygroundError 'bad-argument' on a text that a recipe would not hold */
function layersOf({ layerBits }: Pick<PreparedOptions, 'layerBits'>): LayerBits {
  const layers = readLayerBits(layerBits);
  if (!layers) throw new PlaygroundError('bad-argument', `"${layerBits}" gives no layers their bits.`, 'Write fc=8/8.');
  return layers;
}

/**
 * What QAT begins with, but for what `beginAt` changes: where scales are learned, they begin as those of PTQ of the same
 * weights, at the same widths.
 */
export async function qatStart(lab: Lab, options: PreparedOptions): Promise<Start> {
  const graph = preparedGraph(lab, options);
  const { params } = floatStart(lab, options);
  if (learnedQuantizers(graph).length === 0) return { graph, params };
  const { quantizers } = await lab.quantized({ ...ptqOptions(options), ...sameCalibration(options) });
  return { graph, params: new Map([...params, ...initialQParams(graph, quantizers)]) };
}

/** Of the network that QAT trains. */
const sameCalibration = (options: PreparedOptions): LabCalibration =>
  calibrationOf({ ...options, equalize: options.equalize && options.batchNorm === 'folded' });

/**
 * The parameters that QAT begins with: a matter of minutes where it begins at roundings that are learned first.
 * @throws PlaygroundError as learnRoundings
 */
export async function qatBeginning(lab: Lab, options: PreparedOptions, learning: Learning): Promise<ParamStore> {
  const { graph, params } = await qatStart(lab, options);
  if (options.beginAt === 'weights') return params;
  const learns = options.rounding === 'learned' ? learning : undefined;
  const { quantizers } = await lab.quantized(
    { ...ptqOptions(options), ...sameCalibration(options) },
    undefined,
    learns,
  );
  const begun = new Map(params);
  for (const node of graph.nodes) {
    if (node.op !== 'conv' && node.op !== 'linear') continue;
    const { q, codes, bias } = quantizers.weights.get(node.id)!;
    if (codes) {
      const { shape, data } = params.get(node.weight)!;
      begun.set(node.weight, { shape, data: atCodes(node, data, codes, q, params) });
    }
    if (bias && node.bias !== undefined) begun.set(node.bias, { shape: [bias.length], data: bias });
  }
  return begun;
}

/** Codes are of the weight with its batch norm folded; a channel that this makes nothing stays as it is. */
function atCodes(node: WeightedNode, weight: Float32Array, codes: Int8Array, q: PerChannelQParams, params: ParamStore) {
  const folded = withinCodes(inferenceWeights(node, params).weight.data, codes, q);
  if (node.op !== 'conv' || !node.bn) return folded;
  const { gain } = normalizing(node.bn, node.out.c, params);
  const gainOf = (i: number) => gain[Math.floor((i * gain.length) / weight.length)];
  return folded.map((w, i) => (gainOf(i) === 0 ? weight[i] : w / gainOf(i)));
}
