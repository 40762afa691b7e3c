// Int8Model -> TensorFlow Lite: int8 activations, weights of 8 or 4 bits per channel, batch 1.
// Not for what becomes of an operation (ops/), for floats, nor for the file format (tflite-file.ts).
import type { QParams } from '../core/qparams';
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { REDUCED_QMAX, withInt32Bias, type Layer } from './int32-bias';
import { exporterOf } from './ops/table';
import { encodeTflite, FLOAT32, INT32, INT4, INT8, type TfliteOperator, type TfliteTensor } from './tflite-file';

/** Where int8 saturates. */
const INT8_RANGE = { min: -128, max: 127 };
export interface TfliteOptions {
  /**
   * Default false: every weight takes a byte. true: those of up to 4 bits take half of one. Smaller, but LiteRT.js unpacks
   * INT4 convolutions at every run, fifteen times slower, and their biases are rounded more coarsely, since 4 bits leave no
   * room for finer units: see withInt32Bias.
   */
  readonly int4?: boolean;
}

/**
 * int8 codes are ours less this: 128, or for fewer bits what makes the tensor's largest code 127, so that saturation is its
 * upper clamp.
 */
const shiftOf = ({ qmax }: QParams): number => (qmax === REDUCED_QMAX ? 128 : qmax - INT8_RANGE.max);

/**
 * A model that takes [1, h, w, c] normalised float32 and gives float32 logits. What is said of int8ToQLinear's differences
 * from our engine holds here, too. Activations of fewer bits than int8 has are clamped from below by a ReLU, where there is
 * one, else by an operator MAXIMUM.
 * @throws PlaygroundError 'unsupported' naming layer and channel where a bias does not fit: see withInt32Bias
 */
export function int8ToTflite(model: Int8Model, { int4 = false }: TfliteOptions = {}): Uint8Array {
  const tensors: TfliteTensor[] = [];
  const operators: TfliteOperator[] = [];
  const add = (tensor: TfliteTensor): number => tensors.push(tensor) - 1;
  const quantization = ({ q }: Pick<Int8Tensor, 'q'>) => ({
    scales: Float32Array.of(q.scale),
    zeroPoint: q.zeroPoint - shiftOf(q),
  });
  const activation = (name: string, tensor: Int8Tensor, shape?: readonly number[]): number => {
    const { h, w, c } = tensor;
    return add({ name, type: INT8, shape: shape ?? [1, h, w, c], quantization: quantization(tensor) });
  };
  const lowest = ({ q }: Int8Tensor): number => q.qmin - shiftOf(q);
  /** One of a tensor's codes as a constant. */
  const codeOf = (name: string, tensor: Int8Tensor, code: number): number =>
    add({ name, type: INT8, shape: [1], quantization: quantization(tensor), data: Int8Array.of(code) });
  /** Adds an operator that quantizes, and what its saturation at -128 does not keep in the tensor's range. */
  const quantized = (
    operator: Omit<TfliteOperator, 'output'>,
    name: string,
    to: Int8Tensor,
    relu: boolean,
    shape?: readonly number[],
  ): number => {
    const output = activation(name, to, shape);
    const low = lowest(to);
    if (relu || low === INT8_RANGE.min) {
      operators.push({ ...operator, output });
      return output;
    }
    const before = activation(`${name}.before_clip`, to, shape);
    operators.push({ ...operator, output: before });
    const inputs = [before, codeOf(`${name}.lowest`, to, low)];
    operators.push({ op: 'maximum', inputs, output, options: { type: 39, fields: [] } });
    return output;
  };
  /** The tensor that holds each of the model's. */
  const held: number[] = [];

  const [image] = model.tensors;
  const input = add({ name: 'image', type: FLOAT32, shape: [1, image.h, image.w, image.c] });
  const options = { type: 89, fields: [] };
  held[0] = quantized({ op: 'quantize', inputs: [input], options }, 'image_codes', image, false);
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
      weighted(layer: Layer, shape, dimension = 0) {
        const bits = int4 && layer.weightBits <= 4 ? 4 : 8;
        const { weights, weightScales, bias, biasScales } = withInt32Bias(layer, from[0].q, to.q, bits);
        const constant = (
          part: string,
          { type, data, shape }: Pick<TfliteTensor, 'type' | 'data' | 'shape'>,
          scales: Float32Array,
        ) => {
          const along = shape.length === 1 ? 0 : dimension;
          const quantization = { scales, zeroPoint: 0, dimension: along };
          return add({ name: `${name}.${part}`, type, shape, quantization, data });
        };
        const type = bits === 4 ? INT4 : INT8;
        return [
          constant('weight', { type, shape, data: weights }, weightScales),
          constant('bias', { type: INT32, shape: [bias.length], data: bias }, biasScales),
        ];
      },
      padded(pad, value = 'zero') {
        const { h, w, q } = from[0];
        const output = activation(`${name}.padded`, { ...from[0], h: h + 2 * pad, w: w + 2 * pad });
        const data = Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0);
        const paddings = add({ name: `${name}.paddings`, type: INT32, shape: [4, 2], data });
        if (value === 'zero' || q.zeroPoint === q.qmin)
          operators.push({ op: 'pad', inputs: [inputs[0], paddings], output, options: { type: 22, fields: [] } });
        else {
          const filling = codeOf(`${name}.filling`, from[0], lowest(from[0]));
          const options = { type: 43, fields: [] };
          operators.push({ op: 'padWith', inputs: [inputs[0], paddings, filling], output, options });
        }
        return output;
      },
      emit: (operator) => void operators.push(operator),
      requantized: (operator, relu = false, shape) =>
        void (held[op.output] = quantized(operator, name, to, relu, shape)),
      is: (tensor) => void (held[op.output] = tensor),
    });
  }

  const last = held[model.ops[model.ops.length - 1].output];
  const output = add({ name: 'logits', type: FLOAT32, shape: tensors[last].shape });
  operators.push({ op: 'dequantize', inputs: [last], output, options: { type: 38, fields: [] } });
  return encodeTflite({ tensors, operators, input, output });
}
