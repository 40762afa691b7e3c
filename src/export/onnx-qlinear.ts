// Int8Model -> ONNX in the form that ONNX Runtime runs fastest: QLinear operators on uint8 codes.
// Not for what becomes of an operation (ops/), for the form other runtimes read (onnx-qdq.ts), nor for floats (onnx-float.ts).
import type { Int8Model } from '../int8/int8-model';
import { REDUCED_QMAX, withInt32Bias } from './int32-bias';
import { Int8OnnxGraph } from './onnx-int8';
import { exporterOf } from './ops/table';

/**
 * A model whose input 'image' is [N, c, h, w] normalised float32 and whose output 'logits' is float32.
 *
 * Codes can differ from ours by one here and there: QLinearConv and QGemm take an int32 bias, and QuantizeLinear divides
 * by the scale. A model of 7-bit activations (reduce_range) saturates at 255 and not at its qmax: where an activation leaves
 * its observed range it goes on, as PyTorch's converted modules do, and nothing is spent on a Clip. Fewer bits are clipped.
 * ReLU costs nothing where its zero point is 0, since uint8 saturates there. Weights are a byte each, whatever their bits.
 * @throws PlaygroundError 'unsupported' naming layer and channel where a bias does not fit: see withInt32Bias
 */
export function int8ToQLinear(model: Int8Model): Uint8Array {
  const { tensors } = model;
  const graph = new Int8OnnxGraph(model, (qmax) => qmax === REDUCED_QMAX);
  const { codes, qparams } = graph;
  for (const op of model.ops) {
    const { name, inputs, output } = op;
    const [from, to] = [inputs.map((input) => tensors[input]), tensors[output]];
    exporterOf(op).qlinear(op, {
      from,
      to,
      inputs: inputs.map((input) => [codes[input], ...qparams[input]]),
      output: qparams[output],
      weighted(layer, dims, order = (codes) => codes) {
        const channels = [layer.bias.length];
        const { weights, weightScales, bias } = withInt32Bias(layer, from[0].q, to.q);
        return {
          weight: [
            graph.constant(`${name}.weight`, order(weights), dims),
            graph.constant(`${name}.weight_scale`, weightScales, channels),
            graph.constant(`${name}.weight_zero_point`, new Int8Array(layer.bias.length), channels),
          ],
          bias: graph.constant(`${name}.bias`, bias, channels),
        };
      },
      emit: (node) => void (codes[output] = graph.node(node, name)),
      requantized: (node, relu) => graph.clamped(node, output, name, relu),
      flattened: () => graph.node({ op: 'Flatten', inputs: [codes[inputs[0]]] }, `${name}.input`),
      is: (value) => void (codes[output] = value),
    });
  }
  return graph.file();
}
