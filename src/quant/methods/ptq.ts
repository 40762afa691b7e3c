// Post-training quantization as PyTorch's prepare, calibrate and convert do it: a pure function of the weights and of the
// histograms that one calibration kept, at any bit width. Not for calibrating (src/train), nor for codes (src/convert).
import type { ParamStore } from '../../core/params';
import type { ObservedRange } from '../../core/qparams';
import { inferenceWeights } from '../../graph/fold';
import { nodeById } from '../../graph/graph';
import type { Graph, WeightedNode } from '../../graph/types';
import { keepEightBits, type KeepEight } from '../eight-bits';
import { freeze, type FrozenQuantizers } from '../freeze';
import type { Histogram } from '../histogram';
import { HistogramObserver } from '../histogram-observer';
import { observeWeights } from '../observe-weights';
import { prepareQat, weightKey, type PrepareOptions } from '../prepare';
import { getDefaultQConfig, type QConfigOptions } from '../qconfigs';
import { observedRange } from '../qparams';
import { activationRange, type ActivationRanges } from '../ranges/table';
import { mseWeightRange, type WeightRanges } from '../ranges/weights';
import type { QatGraph } from '../types';
import { flipRoundings } from './flip-roundings';

/** What a calibrated network is quantized to. */
export interface PtqOptions extends Pick<QConfigOptions, 'weightBits' | 'activationBits'> {
  /** What stays at 8 bits whatever the widths are; 'none' by default. */
  readonly keep?: KeepEight;
  /** How ranges are chosen; by default as PyTorch does, 'histogram' and 'minmax'. */
  readonly ranges?: { readonly activations?: ActivationRanges; readonly weights?: WeightRanges };
  /** Weights to the nearest code (default), or flipped so that their errors cancel: see flipRoundings. */
  readonly rounding?: 'nearest' | 'flipped';
}

/** The graph as get_default_qconfig("fbgemm") prepares it, whose activations a calibration has to see. */
export const ptqGraph = (
  fused: Graph,
  { fuseAddRelu }: PrepareOptions,
  { weightBits, activationBits, keep = 'none' }: PtqOptions = {},
): QatGraph =>
  keepEightBits(prepareQat(fused, getDefaultQConfig('fbgemm', { weightBits, activationBits }), { fuseAddRelu }), keep);

/** A calibrated network, ready to be quantized at any bit width. Plain data: it crosses to another worker as it is. */
export interface Calibrated extends PrepareOptions {
  /** Fused, its batch norms folded. */
  readonly graph: Graph;
  readonly params: ParamStore;
  /** What the calibration saw of each activation, by node id. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** By node id, of weights by weightKey: PyTorch's of a histogram does not depend on the bit width. */
  readonly ranges: ReadonlyMap<string, ObservedRange>;
}

/** @param folded see foldBatchNorms @param histograms of the activations of ptqGraph(fused, options) */
export function calibrated(
  folded: { readonly graph: Graph; readonly params: ParamStore },
  histograms: ReadonlyMap<string, Histogram>,
  options: PrepareOptions,
): Calibrated {
  const activations = new Map(
    [...histograms].map(([id, histogram]) => [id, new HistogramObserver(histogram).range()!] as const),
  );
  const ranges = observeWeights(ptqGraph(folded.graph, options), folded.params, activations);
  return { ...folded, ...options, histograms, ranges };
}

/**
 * A matter of milliseconds.
 * @throws PlaygroundError 'bad-argument' when a tensor was never observed, 'diverged' when a range is not finite
 */
export function ptq(
  calibration: Calibrated,
  options: PtqOptions,
): { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers } {
  const graph = ptqGraph(calibration.graph, calibration, options);
  const quantizers = freeze(graph, rangesOf(graph, calibration, options));
  if (options.rounding !== 'flipped') return { graph, quantizers };
  return { graph, quantizers: withFlippedCodes(graph, calibration.params, quantizers) };
}

/** By node id, of weights by weightKey: PyTorch's own, which depend on no width, or for the codes that each tensor has. */
function rangesOf(
  graph: QatGraph,
  { params, histograms, ranges }: Calibrated,
  { ranges: { activations = 'histogram', weights = 'minmax' } = {} }: PtqOptions,
): ReadonlyMap<string, ObservedRange> {
  const chosen = new Map(ranges);
  for (const node of graph.nodes) {
    const { activation, weight } = graph.quant[node.id] ?? {};
    const histogram = histograms.get(node.id);
    if (activation && histogram && activations !== 'histogram')
      chosen.set(node.id, activationRange(activations, histogram, activation));
    if (weight && weights === 'mse') {
      const key = weightKey(node.id);
      const { data } = inferenceWeights(node as WeightedNode, params).weight;
      chosen.set(key, mseWeightRange(data, observedRange(ranges, key), weight));
    }
  }
  return chosen;
}

function withFlippedCodes(graph: QatGraph, params: ParamStore, quantizers: FrozenQuantizers): FrozenQuantizers {
  const weights = new Map(quantizers.weights);
  for (const [id, weight] of quantizers.weights) {
    const node = nodeById(graph, id) as WeightedNode;
    const taps = node.op === 'conv' ? node.conv.kernel ** 2 : 1;
    weights.set(id, { ...weight, codes: flipRoundings(inferenceWeights(node, params).weight.data, weight.q, taps) });
  }
  return { ...quantizers, weights };
}
