// Post-training quantization, by default as PyTorch's prepare, calibrate and convert do it: a pure function of the weights and
// of what one calibration kept, at any bit width. Not for calibrating (calibration.ts, src/train), nor for models (src/convert).
import { PlaygroundError } from '../../core/errors';
import type { ObservedRange } from '../../core/qparams';
import { inferenceWeights } from '../../graph/fold';
import { nodeById } from '../../graph/graph';
import type { WeightedNode } from '../../graph/types';
import { keepEightBits, type KeepEight } from '../eight-bits';
import { withLayerBits, type LayerBits } from '../layer-bits';
import { quantizeWeight } from '../fake-quant';
import { freeze, type FrozenQuantizers, type FrozenWeight } from '../freeze';
import { wholeRange } from '../granularity';
import { prepareQat, weightKey } from '../prepare';
import { getDefaultQConfig, type QConfigOptions } from '../qconfigs';
import { observedRange } from '../qparams';
import { activationRange, type ActivationRanges } from '../ranges/table';
import { mseWeightRange, type WeightRanges } from '../ranges/weights';
import type { QatGraph } from '../types';
import type { Calibrated } from './calibration';
import { correctedBias } from './correct-bias';
import { flipRoundings } from './flip-roundings';

/** A range that somebody has set: the least and the largest value that is to have a code of its own. */
export type Clip = readonly [min: number, max: number];

export type Rounding = 'nearest' | 'flipped';

/** What a calibrated network is quantized to. */
export interface PtqOptions extends Omit<QConfigOptions, 'weightAveraging' | 'ranges'> {
  /** What stays at 8 bits whatever the widths are; 'none' by default. */
  readonly keep?: KeepEight;
  /** Widths of single layers, whatever else is said of them; none by default. */
  readonly layers?: LayerBits;
  /** How ranges are chosen; by default as PyTorch does, 'histogram' and 'minmax'. */
  readonly ranges?: { readonly activations?: ActivationRanges; readonly weights?: WeightRanges };
  /** Ranges of single activations, by node id, in place of those that `ranges` would choose. */
  readonly clips?: ReadonlyMap<string, Clip>;
  /** Weights to the nearest code (default), or flipped so that their errors cancel: see flipRoundings. */
  readonly rounding?: Rounding;
  /** Default false. true: what rounding the weights adds to the mean of each output is taken from its bias. */
  readonly correctBias?: boolean;
}

/**
 * A matter of milliseconds.
 * @param learned codes by node id in place of what options.rounding says: src/train/rounding
 * @throws PlaygroundError 'bad-argument' when a tensor was never observed, 'diverged' when a range is not finite
 */
export function ptq(
  calibration: Calibrated,
  options: PtqOptions,
  learned: ReadonlyMap<string, Int8Array> = new Map(),
): { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers } {
  const graph = ptqGraph(calibration, options);
  const { activations, weights } = freeze(graph, rangesOf(graph, calibration, options));
  const chosen = [...weights].map(([id, weight]): [string, FrozenWeight] => {
    const node = nodeById(graph, id) as WeightedNode;
    return [id, withCodes(node, weight, calibration, options, learned.get(id))];
  });
  return { graph, quantizers: { activations, weights: new Map(chosen) } };
}

/** The calibrated graph with the codes that every tensor has. */
export function ptqGraph(calibration: Calibrated, options: PtqOptions): QatGraph {
  const { keep = 'none', layers = new Map() } = options;
  // Ranges are chosen from what the calibration kept, not observed again.
  const qconfig = getDefaultQConfig('fbgemm', { ...options, ranges: undefined });
  return withLayerBits(keepEightBits(prepareQat(calibration.graph, qconfig, calibration), keep), layers);
}

/** By node id, of weights by weightKey: PyTorch's own, which depend on no width, or for the codes that each tensor has. */
function rangesOf(
  graph: QatGraph,
  { params, histograms, ranges }: Calibrated,
  { ranges: { activations = 'histogram', weights = 'minmax' } = {}, clips = new Map() }: PtqOptions,
): ReadonlyMap<string, ObservedRange> {
  const chosen = new Map(ranges);
  for (const id of clips.keys()) checkClip(graph, id, clips.get(id)!);
  for (const node of graph.nodes) {
    const { activation, weight } = graph.quant[node.id] ?? {};
    const histogram = histograms.get(node.id);
    const clip = clips.get(node.id);
    if (clip) chosen.set(node.id, { min: Float32Array.of(clip[0]), max: Float32Array.of(clip[1]) });
    else if (activation && histogram && activations !== 'histogram')
      chosen.set(node.id, activationRange(activations, histogram, activation));
    if (!weight) continue;
    const key = weightKey(node.id);
    const ofChannels = observedRange(ranges, key);
    const extremes = weight.granularity === 'per_tensor' ? wholeRange(ofChannels) : ofChannels;
    const { data } = inferenceWeights(node as WeightedNode, params).weight;
    chosen.set(key, weights === 'mse' ? mseWeightRange(data, extremes, weight) : extremes);
  }
  return chosen;
}

function checkClip(graph: QatGraph, id: string, [min, max]: Clip): void {
  if (graph.quant[id]?.activation && Number.isFinite(min) && Number.isFinite(max) && min < max) return;
  throw new PlaygroundError(
    'bad-argument',
    `The activations of "${id}" cannot have the range ${min} to ${max}.`,
    'Choose a layer that is quantized, and a range that holds more than one value.',
  );
}

/** The weight's codes and its bias where these are not what conversion makes of the quantizer by itself. */
function withCodes(
  node: WeightedNode,
  { q }: FrozenWeight,
  { params, inputMeans }: Calibrated,
  { rounding = 'nearest', correctBias = false }: PtqOptions,
  learned: Int8Array | undefined,
): FrozenWeight {
  if (rounding === 'nearest' && !learned && !correctBias) return { q };
  const layer = inferenceWeights(node, params);
  const { data } = layer.weight;
  const taps = node.op === 'conv' ? node.conv.kernel ** 2 : 1;
  const codes = learned ?? (rounding === 'flipped' ? flipRoundings(data, q, taps) : quantizeWeight(data, q));
  return correctBias ? { q, codes, bias: correctedBias(layer, codes, q, inputMeans.get(node.id)!) } : { q, codes };
}
