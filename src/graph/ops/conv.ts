// Conv2d; with batch norm and ReLU where they were fused into it.
import { liveTaps, meetings, outputLength } from '../../core/window';
import { inferenceWeights, weightShape } from '../fold';
import type { ConvNode } from '../types';
import { batchNormParams } from './bn';
import { windowAttributes } from './maxpool';
import type { Operation } from './operation';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const conv: Operation<ConvNode> = {
  arity: 1,
  quantized: 'output and weight',
  names({ bn, relu }) {
    const module = bn || relu ? `Conv${bn ? 'Bn' : ''}${relu ? 'ReLU' : ''}2d` : 'Conv2d';
    return { module, quantized: relu ? 'QuantizedConvReLU2d' : 'QuantizedConv2d' };
  },
  shape({ conv }, [{ h, w, c }]) {
    return c === conv.cin ? { h: outputLength(h, conv), w: outputLength(w, conv), c: conv.cout } : undefined;
  },
  params(node) {
    const { weight, bias, bn } = node;
    const { cout } = node.conv;
    return [
      { name: weight, shape: weightShape(node), trainable: true },
      ...(bias === undefined ? [] : [{ name: bias, shape: [cout], trainable: true }]),
      ...(bn ? batchNormParams(bn, cout) : []),
    ];
  },
  cost({ conv, out, bias, bn }, input) {
    const { cin, cout, kernel } = conv;
    const channels = cin * cout;
    const weights = kernel * kernel * channels;
    return {
      macs: out.h * out.w * weights,
      liveMacs: sum(meetings(input.h, conv)) * sum(meetings(input.w, conv)) * channels,
      parameters: weights + (bias === undefined ? 0 : cout) + (bn ? 2 * cout : 0),
      weights,
      liveWeights: liveTaps(input, conv).length * channels,
    };
  },
  forward: (node, math) => math.conv(node),
  lower({ conv: { kernel, stride, pad }, relu }, weights) {
    return { op: 'conv', kernel, stride, pad, relu, ...weights() };
  },
  onnx(node, at) {
    const { weight, bias } = inferenceWeights(node, at.params);
    const constants = [
      at.constant(`${node.id}.weight`, weight.data, weight.shape),
      at.constant(`${node.id}.bias`, bias, [bias.length]),
    ];
    at.emit('Conv', [...at.inputs, ...constants], windowAttributes(node.conv), node.relu);
  },
};
