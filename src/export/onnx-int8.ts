// Int8Model -> ONNX in the form that ONNX Runtime runs fastest: QLinear operators on uint8 codes.
// Not for floats (onnx-float.ts) nor for the file format (onnx-file.ts).
import type { Int8Conv, Int8Linear, Int8Model } from '../int8/int8-model';
import { withInt32Bias } from './int32-bias';
import { CONTRIB, encodeOnnx, type OnnxConstant, type OnnxNode } from './onnx-file';

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
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  /** The value that holds each tensor. */
  const values: string[] = [];

  const constant = (name: string, data: OnnxConstant['data'], dims: readonly number[] = []): string => {
    constants.push({ name, dims, data });
    return name;
  };
  /** Scale and zero point of a tensor. */
  const qparams = model.tensors.map(({ q }, index) => [
    constant(`tensor${index}.scale`, Float32Array.of(q.scale)),
    constant(`tensor${index}.zero_point`, Uint8Array.of(q.zeroPoint)),
  ]);
  const quantized = (index: number): string[] => [values[index], ...qparams[index]];

  /** Weights, their scales and zero points; and the bias in units of the accumulator. @param dims of the weights */
  const weighted = (op: Int8Conv | Int8Linear, dims: readonly number[]) => {
    const channels = [op.bias.length];
    const { weights, weightScales, bias } = withInt32Bias(
      op,
      model.tensors[op.inputs[0]].q,
      model.tensors[op.output].q,
    );
    const codes = op.op === 'conv' ? toOihw(weights, dims) : weights;
    return {
      weight: [
        constant(`${op.name}.weight`, codes, dims),
        constant(`${op.name}.weight_scale`, weightScales, channels),
        constant(`${op.name}.weight_zero_point`, new Int8Array(op.bias.length), channels),
      ],
      bias: constant(`${op.name}.bias`, bias, channels),
    };
  };
  /** max(code, zero point) of `input` as `output`. */
  const relu = (input: string, output: string, tensor: number): void =>
    void nodes.push({ op: 'Clip', inputs: [input, qparams[tensor][1]], output });

  values[0] = 'image_codes';
  nodes.push({ op: 'QuantizeLinear', inputs: ['image', ...qparams[0]], output: values[0] });
  for (const op of model.ops) {
    const { name, inputs, output } = op;
    const { q } = model.tensors[output];
    const clipped = (op.op === 'conv' || op.op === 'add') && op.relu && q.zeroPoint > 0;
    const result = clipped ? `${name}.before_relu` : name;
    values[output] = name;
    switch (op.op) {
      case 'conv': {
        const { kernel, stride, pad } = op;
        const { c: cin } = model.tensors[inputs[0]];
        const { weight, bias } = weighted(op, [op.bias.length, cin, kernel, kernel]);
        nodes.push({
          op: 'QLinearConv',
          inputs: [...quantized(inputs[0]), ...weight, ...qparams[output], bias],
          output: result,
          attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
        });
        break;
      }
      case 'linear': {
        const { weight, bias } = weighted(op, [op.bias.length, op.weights.length / op.bias.length]);
        const flat = `${name}.input`;
        nodes.push(
          { op: 'Flatten', inputs: [values[inputs[0]]], output: flat },
          {
            op: 'QGemm',
            domain: CONTRIB,
            inputs: [flat, ...qparams[inputs[0]], ...weight, bias, ...qparams[output]],
            output: name,
            attributes: { transB: 1 },
          },
        );
        break;
      }
      case 'add': {
        const operands = inputs.flatMap(quantized);
        nodes.push({
          op: 'QLinearAdd',
          domain: CONTRIB,
          inputs: [...operands, ...qparams[output]],
          output: result,
        });
        break;
      }
      case 'maxpool': {
        const { kernel, stride, pad } = op;
        nodes.push({
          op: 'MaxPool',
          inputs: [values[inputs[0]]],
          output: name,
          attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
        });
        break;
      }
      case 'relu':
        if (q.zeroPoint > 0) relu(values[inputs[0]], name, output);
        else values[output] = values[inputs[0]];
        break;
      case 'avgpool': {
        const { h, w } = model.tensors[inputs[0]];
        const pooled = [...quantized(inputs[0]), ...qparams[output]];
        if (h * w === 1) values[output] = values[inputs[0]];
        else nodes.push({ op: 'QLinearGlobalAveragePool', domain: CONTRIB, inputs: pooled, output: name });
        break;
      }
    }
    if (clipped) relu(result, name, output);
  }

  const last = model.ops[model.ops.length - 1];
  const [image, logits] = [model.tensors[0], model.tensors[last.output]];
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

/** Codes [cout][ky][kx][cin] as ONNX has them, [cout][cin][ky][kx]: `dims`. */
function toOihw(weights: Int8Array, [cout, cin, ky, kx]: readonly number[]): Int8Array {
  const taps = ky * kx;
  const out = new Int8Array(weights.length);
  for (let o = 0; o < cout; o++)
    for (let i = 0; i < cin; i++)
      for (let tap = 0; tap < taps; tap++) out[(o * cin + i) * taps + tap] = weights[(o * taps + tap) * cin + i];
  return out;
}
