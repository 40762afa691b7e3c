// Linear with bias, on a vector.
import { inferenceWeights, weightShape } from '../fold';
import type { LinearNode } from '../types';
import type { Operation } from './operation';

export const linear: Operation<LinearNode> = {
  arity: 1,
  quantized: 'output and weight',
  names: () => ({ module: 'Linear', quantized: 'QuantizedLinear' }),
  shape({ inFeatures, outFeatures }, [{ h, w, c }]) {
    return h * w * c === inFeatures ? { h: 1, w: 1, c: outFeatures } : undefined;
  },
  params: (node) => [
    { name: node.weight, shape: weightShape(node), trainable: true },
    { name: node.bias, shape: [node.outFeatures], trainable: true },
  ],
  cost({ inFeatures, outFeatures }) {
    const weights = inFeatures * outFeatures;
    return { macs: weights, liveMacs: weights, parameters: weights + outFeatures, weights, liveWeights: weights };
  },
  forward: (node, math) => math.linear(node),
  lower: (_, weights) => ({ op: 'linear', ...weights() }),
  onnx(node, at) {
    const { weight, bias } = inferenceWeights(node, at.params);
    const constants = [
      at.constant(node.weight, weight.data, weight.shape),
      at.constant(node.bias, bias, [bias.length]),
    ];
    at.emit('Gemm', [...at.inputs, ...constants], { transB: 1 });
  },
};
