// What the weights take in a file, known before anything is quantized: all of its size that widths decide, but for digits
// in its header. Not for a file at hand: int8FileBytes.
import { elements } from '../core/params';
import { weightShape } from '../graph/fold';
import type { Graph } from '../graph/types';
import { packedBytes } from '../int8/weight-bits';
import type { LayerBits } from '../quant/layer-bits';

/** @param otherwise bits of the weights of a layer that `layers` leaves out */
export function weightBytes(graph: Graph, otherwise: number): (layers: LayerBits) => number {
  const counts = graph.nodes.flatMap((node): [id: string, count: number][] =>
    node.op === 'conv' || node.op === 'linear' ? [[node.id, elements(weightShape(node))]] : [],
  );
  return (layers) =>
    counts.reduce((sum, [id, count]) => sum + packedBytes(count, layers.get(id)?.weightBits ?? otherwise), 0);
}
