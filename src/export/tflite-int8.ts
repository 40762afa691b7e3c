// Int8Model -> TensorFlow Lite: int8 activations, per-channel int8 weights, batch 1.
// Not for floats nor for the file format (tflite-file.ts).
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { withInt32Bias } from './int32-bias';
import { encodeTflite, FLOAT32, INT32, INT8, type TfliteOperator, type TfliteTensor } from './tflite-file';

/** int8 codes are ours - 128. */
const SHIFT = 128;
/** Of the schema: Padding and ActivationFunctionType. */
const SAME = 0;
const VALID = 1;
const NONE = 0;
const RELU = 1;

const byte = (value: number) => ({ bytes: 1, value }) as const;
const int = (value: number) => ({ bytes: 4, value }) as const;

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
  const activation = (name: string, { h, w, c, q }: Int8Tensor): number =>
    add({
      name,
      type: INT8,
      shape: [1, h, w, c],
      quantization: { scales: Float32Array.of(q.scale), zeroPoint: q.zeroPoint - SHIFT },
    });
  /** The tensor that holds each of the model's. */
  const held: number[] = [];

  /** `input` with `pad` pixels of zero around it, as an operator of its own: SAME pads unevenly at stride 2. */
  const padded = (name: string, input: number, pad: number): number => {
    const { h, w, c, q } = model.tensors[input];
    const output = activation(`${name}.padded`, { h: h + 2 * pad, w: w + 2 * pad, c, q });
    const data = Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0);
    const paddings = add({ name: `${name}.paddings`, type: INT32, shape: [4, 2], data });
    operators.push({ op: 'pad', inputs: [held[input], paddings], output, options: { type: 22, fields: [] } });
    return output;
  };
  const constants = (op: Extract<Int8Model['ops'][number], { op: 'conv' | 'linear' }>, shape: number[]): number[] => {
    const { name, inputs, output } = op;
    const { weights, weightScales, bias, biasScales } = withInt32Bias(
      op,
      model.tensors[inputs[0]].q,
      model.tensors[output].q,
    );
    const quantization = { scales: weightScales, zeroPoint: 0 };
    return [
      add({ name: `${name}.weight`, type: INT8, shape, quantization, data: weights }),
      add({
        name: `${name}.bias`,
        type: INT32,
        shape: [bias.length],
        quantization: { scales: biasScales, zeroPoint: 0 },
        data: bias,
      }),
    ];
  };

  const [image] = model.tensors;
  const input = add({ name: 'image', type: FLOAT32, shape: [1, image.h, image.w, image.c] });
  held[0] = activation('image_codes', image);
  operators.push({ op: 'quantize', inputs: [input], output: held[0], options: { type: 89, fields: [] } });
  for (const op of model.ops) {
    const { name, inputs } = op;
    const from = model.tensors[inputs[0]];
    const to = model.tensors[op.output];
    if (op.op === 'avgpool' && from.h * from.w === 1) {
      held[op.output] = held[inputs[0]];
      continue;
    }
    const output = op.op === 'linear' ? -1 : activation(name, to);
    held[op.output] = output;
    switch (op.op) {
      case 'conv': {
        const { kernel, stride, pad } = op;
        const same = stride === 1 && pad > 0 && kernel === 2 * pad + 1;
        const source = same || pad === 0 ? held[inputs[0]] : padded(name, inputs[0], pad);
        operators.push({
          op: 'conv',
          inputs: [source, ...constants(op, [op.bias.length, kernel, kernel, from.c])],
          output,
          options: {
            type: 1,
            fields: [byte(same ? SAME : VALID), int(stride), int(stride), byte(op.relu ? RELU : NONE), int(1), int(1)],
          },
        });
        break;
      }
      case 'linear':
        held[op.output] = add({
          name,
          type: INT8,
          shape: [1, to.c],
          quantization: { scales: Float32Array.of(to.q.scale), zeroPoint: to.q.zeroPoint - SHIFT },
        });
        operators.push({
          op: 'fullyConnected',
          inputs: [held[inputs[0]], ...constants(op, [to.c, from.c])],
          output: held[op.output],
          options: { type: 8, fields: [byte(NONE)] },
        });
        break;
      case 'add':
        operators.push({
          op: 'add',
          inputs: inputs.map((index) => held[index]),
          output,
          options: { type: 11, fields: [byte(op.relu ? RELU : NONE)] },
        });
        break;
      case 'relu':
        operators.push({ op: 'relu', inputs: [held[inputs[0]]], output });
        break;
      case 'maxpool':
      case 'avgpool': {
        const { kernel, stride, pad } = op.op === 'maxpool' ? op : { kernel: from.h, stride: 1, pad: 0 };
        if (pad > 0 && from.q.zeroPoint > 0) throw new Error(`${name}: padding is not the smallest code`);
        operators.push({
          op: op.op === 'maxpool' ? 'maxPool' : 'averagePool',
          inputs: [pad > 0 ? padded(name, inputs[0], pad) : held[inputs[0]]],
          output,
          options: {
            type: 5,
            fields: [
              byte(VALID),
              int(stride),
              int(stride),
              int(op.op === 'avgpool' ? from.w : kernel),
              int(kernel),
              byte(NONE),
            ],
          },
        });
        break;
      }
    }
  }
  const last = held[model.ops[model.ops.length - 1].output];
  const output = add({ name: 'logits', type: FLOAT32, shape: tensors[last].shape });
  operators.push({ op: 'dequantize', inputs: [last], output, options: { type: 38, fields: [] } });
  return encodeTflite({ tensors, operators, input, output });
}
