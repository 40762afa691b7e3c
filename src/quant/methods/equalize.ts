// Cross-layer equalisation (Nagel et al. 2019, 4.1; torch.ao.quantization._equalize): of two layers with but a ReLU between
// them, channels change places in size, so that both weights' ranges are alike. The network computes the same.
// Not for layers whose output others read, too.
import type { Param, ParamStore } from '../../core/params';
import { consumers, nodeById } from '../../graph/graph';
import type { ConvNode, Graph, WeightedNode } from '../../graph/types';

/** Of all weights' changes in one round, the sum of norms below which nothing more is done; PyTorch's. */
const THRESHOLD = 1e-4;
/** The change shrinks by half or more in each round; this many are never needed. */
const MOST_ROUNDS = 100;
const f32 = Math.fround;

/** Layers next to each other, by node id: what the first one gives is read by the second one alone. */
type Pair = readonly [first: string, second: string];

/** Convolutions whose output goes through ReLUs and max-pools alone to one convolution, or from a single pixel to a linear. */
export function equalizablePairs(graph: Graph): Pair[] {
  const readers = consumers(graph);
  return graph.nodes.flatMap((node): Pair[] => {
    if (node.op !== 'conv') return [];
    for (let at = node.id; ;) {
      const [reader, ...others] = readers.get(at)!;
      if (reader === undefined || others.length > 0) return [];
      const next = nodeById(graph, reader);
      if (next.op === 'conv' || (next.op === 'linear' && next.inFeatures === node.conv.cout))
        return [[node.id, reader]];
      if (!['relu', 'maxpool', 'avgpool', 'flatten'].includes(next.op)) return [];
      at = reader;
    }
  });
}

/**
 * Each pair in turn: channel c of the first layer, its bias too, divided by s_c, what reads it in the second multiplied by
 * it, s_c = sqrt(range of the first's weights / range of the second's); all over again until nothing changes. A channel
 * that has no range on one side stays as it is.
 * @param graph its batch norms folded, every convolution with a bias: see foldBatchNorms
 * @returns parameters in which those of the pairs are new
 */
export function equalize(graph: Graph, params: ParamStore): ParamStore {
  const pairs = equalizablePairs(graph).map(
    (pair) => pair.map((id) => nodeById(graph, id)) as [ConvNode, WeightedNode],
  );
  const next = new Map(params);
  const own = (name: string) => {
    const { shape, data } = next.get(name)!;
    next.set(name, { shape, data: data.slice() });
  };
  for (const name of new Set(pairs.flatMap(([first, second]) => [first.weight, first.bias!, second.weight]))) own(name);
  for (let round = 0, change = Infinity; change >= THRESHOLD && round < MOST_ROUNDS; round++) {
    change = 0;
    for (const [first, second] of pairs)
      change += equalizePair(next.get(first.weight)!, next.get(first.bias!)!, next.get(second.weight)!);
  }
  return next;
}

/** In place. @returns the sum of the norms of both weights' changes */
function equalizePair(first: Param, bias: Param, second: Param): number {
  const channels = bias.data.length;
  const [outputs] = second.shape;
  const size = first.data.length / channels;
  const taps = second.data.length / outputs / channels;
  let [firstChange, secondChange] = [0, 0];
  for (let c = 0; c < channels; c++) {
    const row = [first.data.subarray(c * size, (c + 1) * size)];
    const column = Array.from({ length: outputs }, (_, o) => {
      const start = (o * channels + c) * taps;
      return second.data.subarray(start, start + taps);
    });
    const [from, to] = [rangeOf(row), rangeOf(column)];
    if (from === 0 || to === 0) continue;
    const s = f32(Math.sqrt(f32(from / f32(to + 1e-9))));
    const inverse = f32(1 / s);
    firstChange += scale(row, inverse);
    bias.data[c] *= inverse;
    secondChange += scale(column, s);
  }
  return Math.sqrt(firstChange) + Math.sqrt(secondChange);
}

/** In place. @returns the sum of the changes' squares */
function scale(parts: readonly Float32Array[], by: number): number {
  let squares = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i++) {
      const before = part[i];
      part[i] = before * by;
      squares += (part[i] - before) ** 2;
    }
  return squares;
}

function rangeOf(parts: readonly Float32Array[]): number {
  let [min, max] = [Infinity, -Infinity];
  for (const part of parts)
    for (const value of part) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  return f32(max - min);
}
