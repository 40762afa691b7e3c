// Int8Model -> ONNX in the form that ONNX Runtime runs fastest: QLinear operators on uint8 codes.
// Not for what becomes of an operation (ops/), for floats (onnx-float.ts), nor for the file format (onnx-file.ts).
import type { Int8Model } from '../int8/int8-model';
import { withInt32Bias } from './int32-bias';
import { encodeOnnx, type OnnxConstant, type OnnxNode } from './onnx-file';
import { exporterOf } from './ops/table';

/**
 * A model whose input 'image' is [N, c, h, w] normalised float32 and whose output 'logits' is float32.
 *
 * Codes can differ from ours by one here and there: QLinearConv and QGemm take an int32 bias, and QuantizeLinear divides
 * by the scale. They also saturate at 255 and not at the model's qmax: where an activation leaves its observed range, a
 * model of 7-bit activations goes on to 255, as PyTorch's converted modules do. ReLU costs nothing where its zero point
 * is 0, since uint8 saturates there.
 * @throws PlaygroundError 'unsupported' naming layer and channel where a bias does not fit: see withInt32Bias
 */
export function int8ToOnnx(model: Int8Model): Uint8Array {
  const { tensors } = model;
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  /** The value that holds each tensor. */
  const values: string[] = [];

  const constant = (name: string, data: OnnxConstant['data'], dims: readonly number[] = []): string => {
    constants.push({ name, dims, data });
    return name;
  };
  /** Scale and zero point of a tensor. */
  const qparams = tensors.map(
    ({ q }, index) =>
      [
        constant(`tensor${index}.scale`, Float32Array.of(q.scale)),
        constant(`tensor${index}.zero_point`, Uint8Array.of(q.zeroPoint)),
      ] as const,
  );
  const quantized = (index: number) => [values[index], ...qparams[index]] as const;

  values[0] = 'image_codes';
  nodes.push({ op: 'QuantizeLinear', inputs: ['image', ...qparams[0]], output: values[0] });
  for (const op of model.ops) {
    const { name, inputs, output } = op;
    const [from, to] = [inputs.map((input) => tensors[input]), tensors[output]];
    values[output] = name;
    exporterOf(op).onnx(op, {
      from,
      to,
      inputs: inputs.map(quantized),
      output: qparams[output],
      weighted(layer, dims, order = (codes) => codes) {
        const channels = [layer.bias.length];
        const { weights, weightScales, bias } = withInt32Bias(layer, from[0].q, to.q);
        return {
          weight: [
            constant(`${name}.weight`, order(weights), dims),
            constant(`${name}.weight_scale`, weightScales, channels),
            constant(`${name}.weight_zero_point`, new Int8Array(layer.bias.length), channels),
          ],
          bias: constant(`${name}.bias`, bias, channels),
        };
      },
      emit({ part, relu = false, ...node }) {
        const whole = part ? `${name}.${part}` : name;
        const clipped = relu && to.q.zeroPoint > 0;
        const result = clipped ? `${whole}.before_relu` : whole;
        nodes.push({ ...node, output: result });
        if (clipped) nodes.push({ op: 'Clip', inputs: [result, qparams[output][1]], output: whole });
        return whole;
      },
      is: (value) => void (values[output] = value),
    });
  }

  const last = model.ops[model.ops.length - 1];
  const [image, logits] = [tensors[0], tensors[last.output]];
  nodes.push({ op: 'DequantizeLinear', inputs: quantized(last.output), output: 'logits' });
  const map = last.op === 'linear' ? [] : [logits.h, logits.w];
  return encodeOnnx({
    name: model.name,
    nodes,
    constants,
    input: { name: 'image', dims: ['N', image.c, image.h, image.w] },
    output: { name: 'logits', dims: ['N', logits.c, ...map] },
  });
}
