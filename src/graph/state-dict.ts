// What a trained network's parameters are as the state dict of the network as it was before anything was fused or folded.
// Not for files of them: src/export.
import { elements, type Param, type ParamStore } from '../core/params';
import { parameter } from './fold';
import { nodeById } from './graph';
import { operationOf } from './ops/table';
import type { BnNode, Graph, WeightedNode } from './types';

/**
 * Every parameter of the original network, by PyTorch's names, so that in eval mode it computes what the trained one does.
 *
 * A batch norm that was only fused keeps its parameters, under the same names. One that was folded before training is left
 * with nothing to do but the bias: the trained layer gives y = W * x + b, and the batch norm of y' = W * x has
 *
 *     gamma * (y' - mean) / sqrt(var + eps) + beta   with mean = 0, var = 1 - eps, gamma = 1, beta = b
 *
 * which is y' + b. With eps = 1e-5, PyTorch's, var + eps is 1 in float32 and in float64 rounded to float32, so that nothing
 * is lost. Where the original layer has a bias itself, that is b, and beta = 0. Learned scales and zero points are no
 * parameters of that network and are left out.
 *
 * @param original nothing fused @param trained what is trained, and all its parameters
 * @throws PlaygroundError 'bad-file' when a parameter is missing or has another number of values
 */
export function stateDict(
  original: Graph,
  trained: { readonly graph: Graph; readonly params: ParamStore },
): ParamStore {
  const { params } = trained;
  const kept = new Set(trained.graph.nodes.flatMap((node) => specsOf(node).map(({ name }) => name)));
  const result = new Map<string, Param>();
  for (const node of original.nodes) {
    const folded = node.op === 'bn' && !kept.has(`${node.bn.prefix}.weight`);
    if (folded) {
      const { bias } = nodeById(original, node.inputs[0]) as WeightedNode;
      for (const [name, param] of identity(node, bias === undefined, trained)) result.set(name, param);
    } else
      for (const { name, shape } of specsOf(node))
        result.set(name, { shape, data: parameter(params, name, elements(shape)).data });
  }
  return result;
}

const specsOf = (node: Graph['nodes'][number]) => operationOf(node).params?.(node) ?? [];

/** The parameters of a batch norm that adds what the layer it was folded into has as its bias, or that does nothing. */
function identity(
  { bn: { prefix, eps }, inputs, out }: BnNode,
  adds: boolean,
  { graph, params }: { readonly graph: Graph; readonly params: ParamStore },
): [string, Param][] {
  const layer = nodeById(graph, inputs[0]) as WeightedNode;
  const all = (value: number) => new Float32Array(out.c).fill(value);
  const values = {
    weight: all(1),
    bias: adds ? parameter(params, layer.bias!, out.c).data : all(0),
    running_mean: all(0),
    running_var: all(1 - eps),
  };
  return Object.entries(values).map(([leaf, data]) => [`${prefix}.${leaf}`, { shape: [out.c], data }]);
}
