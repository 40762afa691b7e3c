// Learns the roundings of a quantized network block by block, each from what the blocks before it make of the images, as
// BRECQ (Li et al. 2021) and QDrop (Wei et al. 2022) do. Not for ranges, nor for which images.
import { PlaygroundError } from '../../core/errors';
import { macrotask } from '../../core/macrotask';
import type { ParamStore } from '../../core/params';
import { Rng } from '../../core/rng';
import { blocksOf } from '../../graph/blocks';
import { inferenceWeights } from '../../graph/fold';
import { inputShape } from '../../graph/graph';
import type { Graph } from '../../graph/types';
import { quantizeWeight } from '../../quant/fake-quant';
import { NONE, type FrozenQuantizers } from '../../quant/freeze';
import { logitsOf } from '../evaluate';
import { FloatModel } from '../float-model';
import type { Steering } from '../steering';
import { learnBlock, type BlockData, type LearnOptions } from './learn-block';
import { SoftBlock } from './soft-block';

/** By measurement: docs/quantization.md. */
export const LEARNING: LearnOptions = { iterations: 500, batch: 32, learningRate: 0.03, penalty: 0.01 };

/** How far learning is: block `block` of `blocks`, counted from 0, and the squared error of its last batch. */
export interface RoundingProgress {
  readonly block: number;
  readonly blocks: number;
  readonly iteration: number;
  readonly iterations: number;
  readonly loss: number;
}

export interface RoundingContext {
  /** Prepared, its batch norms folded. */
  readonly graph: Graph;
  readonly params: ParamStore;
  /** Every range; codes in them do not count. */
  readonly quantizers: FrozenQuantizers;
  /** To learn from, normalised, NHWC. */
  readonly images: Float32Array;
  readonly options: LearnOptions;
  readonly seed: number;
  /** Codes of blocks that are done, by node id: learning goes on after these, and adds to them. */
  readonly done: Map<string, Int8Array>;
  /** Its pause, step and stop. */
  readonly steering: Steering;
  readonly onProgress: (progress: RoundingProgress) => void;
}

/**
 * Of each block the learned codes or, where these are no better on the images, the nearest ones.
 * They are in `done` then, of every weight. @throws PlaygroundError 'stopped'; then `done` holds what is done
 */
export async function learnRoundings(context: RoundingContext): Promise<void> {
  const { graph, params, quantizers, options, seed, done, steering, onProgress } = context;
  const nearest = withCodes(quantizers, new Map());
  const blocks = blocksOf(graph);
  let [float, quantized] = [context.images, context.images];
  const { h, w, c } = inputShape(graph);
  const images = float.length / (h * w * c);
  for (const [index, block] of blocks.entries()) {
    const target = await outputsOf(block, params, NONE, float);
    const outputs = (codes: ReadonlyMap<string, Int8Array>) =>
      outputsOf(block, params, within(block, withCodes(quantizers, codes)), quantized);
    if (block.nodes.slice(1).some(({ id }) => done.has(id))) quantized = await outputs(done);
    else {
      const learned = await learn(block, index, { images, quantized, float, target });
      const made = { learned: await outputs(learned), nearest: await outputs(new Map()) };
      const better = squaredError(made.learned, target) < squaredError(made.nearest, target);
      const codes = better ? learned : nearestCodes(block, params, nearest);
      for (const [id, each] of codes) done.set(id, each);
      quantized = better ? made.learned : made.nearest;
    }
    float = target;
  }

  async function learn(block: Graph, index: number, data: BlockData): Promise<ReadonlyMap<string, Int8Array>> {
    const soft = new SoftBlock(block, params, nearest);
    const { iterations } = options;
    const tell = (iteration: number, loss: number) =>
      onProgress({ block: index, blocks: blocks.length, iteration, iterations, loss });
    try {
      return await learnBlock(soft, data, options, new Rng(seed + index), turn, tell);
    } finally {
      soft.dispose();
    }
  }

  /** Lets messages in between two iterations. */
  async function turn(): Promise<void> {
    await macrotask();
    await steering.turn();
    if (steering.stopped)
      throw new PlaygroundError(
        'stopped',
        'Learning how to round was stopped.',
        'Run the step again: it goes on after the last block that was done. Or choose another rounding.',
      );
  }
}

/** Images of a pass that learns nothing. */
const PASS = 64;

/** What a block makes of all images. */
async function outputsOf(
  block: Graph,
  params: ParamStore,
  quantizers: FrozenQuantizers,
  x: Float32Array,
): Promise<Float32Array> {
  const model = new FloatModel(block, params, quantizers);
  const { h, w, c } = inputShape(block);
  const size = PASS * h * w * c;
  const parts: Float32Array[] = [];
  try {
    for (let at = 0; at < x.length; at += size) parts.push(await logitsOf(model, x.subarray(at, at + size)));
  } finally {
    model.dispose();
  }
  const outputs = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    outputs.set(part, at);
    at += part.length;
  }
  return outputs;
}

/** Of weights without, rounding to nearest is what is meant. */
function withCodes(
  { activations, weights }: FrozenQuantizers,
  codes: ReadonlyMap<string, Int8Array>,
): FrozenQuantizers {
  return {
    activations,
    weights: new Map([...weights].map(([id, { q }]) => [id, { q, codes: codes.get(id) }])),
  };
}

/** Those of a block's own nodes: what it reads is quantized already. */
function within(block: Graph, { activations, weights }: FrozenQuantizers): FrozenQuantizers {
  const [input] = block.nodes;
  return { activations: new Map([...activations].filter(([id]) => id !== input.id)), weights };
}

function nearestCodes(block: Graph, params: ParamStore, { weights }: FrozenQuantizers): Map<string, Int8Array> {
  const weighted = block.nodes.filter((node) => node.op === 'conv' || node.op === 'linear');
  return new Map(
    weighted.map((node) => [
      node.id,
      quantizeWeight(inferenceWeights(node, params).weight.data, weights.get(node.id)!.q),
    ]),
  );
}

function squaredError(x: Float32Array, target: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - target[i]) ** 2;
  return sum;
}
