// Quantizers whose scales are settled: what crosses from calibration, training or a search to conversion and to the
// simulated model. Not for how a scale is found: observers beside this file, methods, training.
import type { ObservedRange, PerChannelQParams, QParams } from '../core/qparams';
import { weightKey } from './prepare';
import { channelQParams, observedRange, tensorQParams } from './qparams';
import type { QatGraph } from './types';

/** A weight's quantizer, of the weight as inference has it (batch norm folded), output channels first. */
export interface FrozenWeight {
  readonly q: PerChannelQParams;
  /** In the weight's own layout (OIHW, [out, in]) where rounding to nearest is not what was chosen. */
  readonly codes?: Int8Array;
  /** float32 in real units in place of the folded bias, where a method corrected it. */
  readonly bias?: Float32Array;
}

/** By node id: outputs' and weights' quantizers of a prepared graph. All that `convert` and FloatModel take. */
export interface FrozenQuantizers {
  readonly activations: ReadonlyMap<string, QParams>;
  readonly weights: ReadonlyMap<string, FrozenWeight>;
}

/** A float network has none. */
export const NONE: FrozenQuantizers = { activations: new Map(), weights: new Map() };

/**
 * Observed ranges to quantizers by the observers' rule (qparams.ts), for every tensor that the graph quantizes.
 * @param ranges by node id, of weights by weightKey(id): see observeWeights
 * @throws PlaygroundError 'bad-argument' when a range was never observed, 'diverged' when one is not finite
 */
export function freeze(graph: QatGraph, ranges: ReadonlyMap<string, ObservedRange>): FrozenQuantizers {
  const activations = new Map<string, QParams>();
  const weights = new Map<string, FrozenWeight>();
  for (const [id, { activation, weight }] of Object.entries(graph.quant)) {
    if (activation) activations.set(id, tensorQParams(observedRange(ranges, id), activation));
    if (weight) weights.set(id, { q: channelQParams(observedRange(ranges, weightKey(id)), weight) });
  }
  return { activations, weights };
}

/** The quantizers whose specifications simulate: what the model that was trained has of them. */
export function simulated({ quant }: QatGraph, { activations, weights }: FrozenQuantizers): FrozenQuantizers {
  return {
    activations: new Map([...activations].filter(([id]) => quant[id].activation?.simulate)),
    weights: new Map([...weights].filter(([id]) => quant[id].weight?.simulate)),
  };
}
