// Int8Model -> ONNX in the form that most tools read: float operators between QuantizeLinear and DequantizeLinear (QDQ).
// Not for what becomes of an operation (ops/), nor for QLinear operators, which ONNX Runtime starts faster (onnx-qlinear.ts).
import type { Int8Model } from '../int8/int8-model';
import { withInt32Bias, type Layer } from './int32-bias';
import { INT4_VERSIONS } from './onnx-file';
import { Int8OnnxGraph } from './onnx-int8';
import { exporterOf } from './ops/table';

const isInt4 = ({ weightBits }: Pick<Layer, 'weightBits'>): boolean => weightBits <= 4;

/**
 * A model whose input 'image' is [N, c, h, w] normalised float32 and whose output 'logits' is float32. The codes of an
 * operation are the value of its name and '.codes'.
 *
 * Activations stay in their tensor's range, as on our engine: where that ends below 255, a Clip of the codes follows
 * QuantizeLinear, so that a convolution and its QuantizeLinear stay neighbours and can be run as one on integers. Codes can
 * differ from ours by one here and there: biases are int32, and QuantizeLinear divides by the scale.
 *
 * Weights of 2 to 4 bits are INT4, two in a byte; the file then needs opset 21, else 17. ONNX Runtime's CPU kernels have no
 * INT4 convolution and run these layers in floats. Their bias is float32 and an Add of its own: that of the operator itself
 * ONNX Runtime would round to units of the products, which are coarse at few bits. What is left are sums within float32's
 * rounding of a tie.
 * @throws PlaygroundError 'unsupported' naming layer and channel where a bias does not fit: see withInt32Bias
 */
export function int8ToQdq(model: Int8Model): Uint8Array {
  const { tensors, ops } = model;
  const graph = new Int8OnnxGraph(model);
  const { codes, qparams } = graph;
  const dequantized = (inputs: readonly string[], output: string, axis?: 0) =>
    graph.node({ op: 'DequantizeLinear', inputs, ...(axis === 0 && { attributes: { axis } }) }, output);

  for (const op of ops) {
    const { name, inputs, output } = op;
    const real = (value: string, i: number) => dequantized([value, ...qparams[inputs[i]]], `${name}.input${i}`);
    const quantize = { op: 'QuantizeLinear', inputs: [name, ...qparams[output]] };
    /** The bias, where it is not the operator's. */
    let added: string | undefined;
    exporterOf(op).qdq(op, {
      from: inputs.map((input) => tensors[input]),
      to: tensors[output],
      inputs: inputs.map((input, i) => ({ codes: codes[input], real: () => real(codes[input], i) })),
      weighted(layer, dims, order = (codes) => codes) {
        const channels = [layer.bias.length];
        const weight = ({ weights, weightScales }: Pick<Layer, 'weights' | 'weightScales'>, bits?: 4) => {
          const constants = [
            graph.constant(`${name}.weight_codes`, order(weights), dims, bits),
            graph.constant(`${name}.weight_scale`, weightScales, channels),
            graph.constant(`${name}.weight_zero_point`, new Int8Array(layer.bias.length), channels, bits),
          ];
          return dequantized(constants, `${name}.weight`, 0);
        };
        if (isInt4(layer)) {
          added = graph.constant(`${name}.bias`, layer.bias, [...channels, ...dims.slice(2).map(() => 1)]);
          return [weight(layer, 4)];
        }
        const int8 = withInt32Bias(layer, tensors[inputs[0]].q, tensors[output].q);
        const bias = [
          graph.constant(`${name}.bias_codes`, int8.bias, channels),
          graph.constant(`${name}.bias_scale`, int8.biasScales, channels),
        ];
        return [weight(int8), dequantized(bias, `${name}.bias`, 0)];
      },
      emit(node) {
        graph.node(node, name);
        codes[output] = graph.node(quantize, `${name}.codes`);
      },
      requantized(node, relu) {
        if (added) graph.node({ op: 'Add', inputs: [graph.node(node, `${name}.products`), added] }, name);
        else graph.node(node, name);
        graph.clamped(quantize, output, `${name}.codes`, relu);
      },
      flattened: () => real(graph.node({ op: 'Flatten', inputs: [codes[inputs[0]]] }, `${name}.flat`), 0),
      is: (value) => void (codes[output] = value),
    });
  }
  return graph.file(ops.some((op) => 'weights' in op && isInt4(op)) ? INT4_VERSIONS : undefined);
}
