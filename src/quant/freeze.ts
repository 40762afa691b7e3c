// Quantizers whose scales are settled: what crosses from calibration, training or a search to conversion and to the
// simulated model. Not for how a scale is found: observers beside this file, methods, training.
import type { ParamStore } from '../core/params';
import type { ObservedRange, PerChannelQParams, QParams } from '../core/qparams';
import { nodeById } from '../graph/graph';
import { operationOf } from '../graph/ops/table';
import type { Graph, GraphNode } from '../graph/types';
import { fusedRuleOfChannels } from './fused-rule';
import { forChannels } from './granularity';
import { learnedQParams, learnedQuantizers } from './learned';
import { weightKey } from './prepare';
import { channelQParams, observedRange, tensorQParams } from './qparams';
import type { QatGraph } from './types';

/** A weight's quantizer, of the weight as inference has it (batch norm folded), output channels first. */
export interface FrozenWeight {
  /** Of each output channel; per tensor they are all the same. */
  readonly q: PerChannelQParams;
  /** What training simulated in its place, where that was by another rule. */
  readonly trained?: PerChannelQParams;
  /** In the weight's own layout (OIHW, [out, in]) where rounding to nearest is not what was chosen. */
  readonly codes?: Int8Array;
  /** float32 in real units in place of the folded bias, where a method corrected it. */
  readonly bias?: Float32Array;
}

/**
 * By node id: outputs' and weights' quantizers of a prepared graph. All that `convert` and FloatModel take. An output that
 * has none keeps its input's; one that is rounded to its input's codes (an average) has them as its own.
 */
export interface FrozenQuantizers {
  readonly activations: ReadonlyMap<string, QParams>;
  readonly weights: ReadonlyMap<string, FrozenWeight>;
}

/** A float network has none. */
export const NONE: FrozenQuantizers = { activations: new Map(), weights: new Map() };

/**
 * Observed ranges to quantizers by the observers' rule (qparams.ts), and learned scales as they are, for every tensor that
 * the graph quantizes.
 * @param ranges by node id, of weights by weightKey(id): see observeWeights
 * @param params those of learned quantizers among them
 * @throws PlaygroundError 'bad-argument' when a range was never observed, 'diverged' when one is not finite
 */
export function freeze(
  graph: QatGraph,
  ranges: ReadonlyMap<string, ObservedRange>,
  params: ParamStore = new Map(),
): FrozenQuantizers {
  const activations = new Map<string, QParams>();
  const weights = new Map<string, FrozenWeight>();
  const ofChannels = (id: string, q: PerChannelQParams) => forChannels(q, nodeById(graph, id).out.c);
  for (const [id, { activation, weight }] of Object.entries(graph.quant)) {
    if (activation && activation.observer !== 'learned')
      activations.set(id, tensorQParams(observedRange(ranges, id), activation));
    if (weight && weight.observer !== 'learned') {
      const range = observedRange(ranges, weightKey(id));
      const q = ofChannels(id, channelQParams(range, weight));
      weights.set(id, weight.fusedRule ? { q, trained: ofChannels(id, fusedRuleOfChannels(range, weight)) } : { q });
    }
  }
  for (const learned of learnedQuantizers(graph)) {
    const { id, of } = learned;
    const q = learnedQParams(learned, params);
    const { scales, zeroPoints, ...codes } = q;
    if (of === 'weight') weights.set(id, { q: ofChannels(id, q) });
    else activations.set(id, { scale: scales[0], zeroPoint: zeroPoints[0], ...codes });
  }
  for (const node of rounded(graph)) activations.set(node.id, activations.get(quantizedLike(graph, node))!);
  return { activations, weights };
}

/** The quantizers that simulate what these convert to; of a weight that was trained by another rule, that rule's. */
export const simulating = ({ activations, weights }: FrozenQuantizers): FrozenQuantizers => ({
  activations,
  weights: new Map(
    [...weights].map(([id, { trained, ...weight }]) => [id, trained ? { ...weight, q: trained } : weight]),
  ),
});

/** The quantizers whose specifications simulate: what the model that was trained has of them. */
export function simulated(graph: QatGraph, quantizers: FrozenQuantizers): FrozenQuantizers {
  const { quant } = graph;
  const { activations, weights } = simulating(quantizers);
  const simulates = (id: string) => quant[quantizedLike(graph, nodeById(graph, id))].activation!.simulate;
  return {
    activations: new Map([...activations].filter(([id]) => simulates(id))),
    weights: new Map([...weights].filter(([id]) => quant[id].weight!.simulate)),
  };
}

/** Nodes whose output is rounded to their input's codes; a map of one pixel is its own average. */
const rounded = (graph: Graph): GraphNode[] =>
  graph.nodes.filter((node) => {
    if (operationOf(node).quantized !== 'rounded as its input') return false;
    const { h, w } = nodeById(graph, node.inputs[0]).out;
    return h * w > 1;
  });

/** The id of the node whose output's quantizer a node's output has: its own or, further up, its input's. */
export function quantizedLike(graph: QatGraph, node: GraphNode): string {
  return graph.quant[node.id]?.activation ? node.id : quantizedLike(graph, nodeById(graph, node.inputs[0]));
}
