// Int8Model -> TensorFlow Lite: int8 activations, per-channel int8 weights, batch 1.
// Not for what becomes of an operation (ops/), for floats, nor for the file format (tflite-file.ts).
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { withInt32Bias } from './int32-bias';
import { exporterOf } from './ops/table';
import { encodeTflite, FLOAT32, INT32, INT8, type TfliteOperator, type TfliteTensor } from './tflite-file';

/** int8 codes are ours - 128. */
const SHIFT = 128;

/**
 * A model that takes [1, h, w, c] normalised float32 and gives float32 logits. What is said of int8ToOnnx's differences
 * from our engine holds here, too.
 * @throws PlaygroundError 'unsupported' naming layer and channel where a bias does not fit: see withInt32Bias
 * @throws Error for a padded max pooling whose zero point is not its smallest code: padding could win there
 */
export function int8ToTflite(model: Int8Model): Uint8Array {
  const tensors: TfliteTensor[] = [];
  const operators: TfliteOperator[] = [];
  const add = (tensor: TfliteTensor): number => tensors.push(tensor) - 1;
  const activation = (name: string, { h, w, c, q }: Int8Tensor, shape: readonly number[] = [1, h, w, c]): number =>
    add({
      name,
      type: INT8,
      shape,
      quantization: { scales: Float32Array.of(q.scale), zeroPoint: q.zeroPoint - SHIFT },
    });
  /** The tensor that holds each of the model's. */
  const held: number[] = [];

  const [image] = model.tensors;
  const input = add({ name: 'image', type: FLOAT32, shape: [1, image.h, image.w, image.c] });
  held[0] = activation('image_codes', image);
  operators.push({ op: 'quantize', inputs: [input], output: held[0], options: { type: 89, fields: [] } });
  for (const op of model.ops) {
    const { name } = op;
    const from = op.inputs.map((index) => model.tensors[index]);
    const to = model.tensors[op.output];
    const inputs = op.inputs.map((index) => held[index]);
    exporterOf(op).tflite(op, {
      from,
      to,
      inputs,
      output: (shape) => (held[op.output] = activation(name, to, shape)),
      weighted(layer, shape, dimension = 0) {
        const { weights, weightScales, bias, biasScales } = withInt32Bias(layer, from[0].q, to.q);
        const constant = (part: string, data: Int8Array | Int32Array, scales: Float32Array, shape: readonly number[]) =>
          add({
            name: `${name}.${part}`,
            type: data instanceof Int8Array ? INT8 : INT32,
            shape,
            quantization: { scales, zeroPoint: 0, dimension: shape.length === 1 ? 0 : dimension },
            data,
          });
        return [constant('weight', weights, weightScales, shape), constant('bias', bias, biasScales, [bias.length])];
      },
      padded(pad) {
        const { h, w } = from[0];
        const output = activation(`${name}.padded`, { ...from[0], h: h + 2 * pad, w: w + 2 * pad });
        const data = Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0);
        const paddings = add({ name: `${name}.paddings`, type: INT32, shape: [4, 2], data });
        operators.push({ op: 'pad', inputs: [inputs[0], paddings], output, options: { type: 22, fields: [] } });
        return output;
      },
      emit: (operator) => void operators.push(operator),
      is: (tensor) => void (held[op.output] = tensor),
    });
  }
  const last = held[model.ops[model.ops.length - 1].output];
  const output = add({ name: 'logits', type: FLOAT32, shape: tensors[last].shape });
  operators.push({ op: 'dequantize', inputs: [last], output, options: { type: 38, fields: [] } });
  return encodeTflite({ tensors, operators, input, output });
}
