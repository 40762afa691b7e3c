// Post-training quantization as PyTorch's prepare, calibrate and convert do it: a pure function of the weights and of the
// histograms that one calibration kept, at any bit width. Not for calibrating (src/train), nor for codes (src/convert).
import type { ParamStore } from '../../core/params';
import type { ObservedRange } from '../../core/qparams';
import { foldBatchNorms } from '../../graph/fold';
import type { Graph } from '../../graph/types';
import { keepEightBits, type KeepEight } from '../eight-bits';
import { freeze, type FrozenQuantizers } from '../freeze';
import type { Histogram } from '../histogram';
import { HistogramObserver } from '../histogram-observer';
import { observeWeights } from '../observe-weights';
import { prepareQat, type PrepareOptions } from '../prepare';
import { getDefaultQConfig, type QConfigOptions } from '../qconfigs';
import type { QatGraph } from '../types';

/** What a calibrated network is quantized to. */
export interface PtqOptions extends Pick<QConfigOptions, 'weightBits' | 'activationBits'> {
  /** What stays at 8 bits whatever the widths are; 'none' by default. */
  readonly keep?: KeepEight;
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

/** @param histograms of the activations of ptqGraph(fused, options) */
export function calibrated(
  fused: Graph,
  params: ParamStore,
  histograms: ReadonlyMap<string, Histogram>,
  options: PrepareOptions,
): Calibrated {
  const folded = foldBatchNorms(fused, params);
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
  { graph: folded, ranges, fuseAddRelu }: Calibrated,
  options: PtqOptions,
): { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers } {
  const graph = ptqGraph(folded, { fuseAddRelu }, options);
  return { graph, quantizers: freeze(graph, ranges) };
}
