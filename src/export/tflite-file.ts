// A TensorFlow Lite model as a file: tensors, operators, one input and one output, as a flatbuffer.
// Only the parts of schema.fbs that the exporter needs, by its slot numbers. Not for what the operators mean.
import { Builder } from 'flatbuffers';
import { packBits } from '../int8/weight-bits';

/** TensorType of the schema. */
export const FLOAT32 = 0;
export const INT32 = 2;
export const INT8 = 9;
/** Two in a byte, the first in the lower half; given as one in a byte. */
export const INT4 = 17;

export interface TfliteTensor {
  readonly name: string;
  readonly type: typeof FLOAT32 | typeof INT32 | typeof INT8 | typeof INT4;
  readonly shape: readonly number[];
  /** One scale and zero point, or one for each index of a dimension, of the first where none is said. */
  readonly quantization?: { readonly scales: Float32Array; readonly zeroPoint: number; readonly dimension?: number };
  /** Of a constant. */
  readonly data?: Int8Array | Int32Array;
}

/** BuiltinOperator: its code, the version that takes int8, and the one that takes INT4 weights as well. */
const OPERATORS: Readonly<Record<OperatorName, Operator>> = {
  add: { code: 0, version: 2 },
  averagePool: { code: 1, version: 2 },
  conv: { code: 3, version: 3, int4Version: 7 },
  depthwiseConv: { code: 4, version: 3 },
  dequantize: { code: 6, version: 2 },
  fullyConnected: { code: 9, version: 4, int4Version: 10 },
  maxPool: { code: 17, version: 2 },
  relu: { code: 19, version: 2 },
  pad: { code: 34, version: 2 },
  maximum: { code: 55, version: 2 },
  padWith: { code: 60, version: 2 },
  quantize: { code: 114, version: 1 },
};
interface Operator {
  readonly code: number;
  readonly version: number;
  readonly int4Version?: number;
}
type OperatorName =
  | 'add'
  | 'averagePool'
  | 'conv'
  | 'depthwiseConv'
  | 'dequantize'
  | 'fullyConnected'
  | 'maxPool'
  | 'relu'
  | 'pad'
  | 'maximum'
  | 'padWith'
  | 'quantize';

/** BuiltinOptions: its number in the union and its fields by slot, in the schema's order. */
interface TfliteOptions {
  readonly type: number;
  readonly fields: readonly { readonly bytes: 1 | 4; readonly value: number }[];
}

export interface TfliteOperator {
  readonly op: OperatorName;
  /** Indices of tensors. */
  readonly inputs: readonly number[];
  readonly output: number;
  readonly options?: TfliteOptions;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly input: number;
  readonly output: number;
}

const SCHEMA_VERSION = 3;
/** Runtimes read constants in place. */
const ALIGNMENT = 16;

/** The bytes of a Model. Numbers below are schema.fbs's slots. */
export function encodeTflite({ tensors, operators, input, output }: TfliteGraph): Uint8Array {
  const builder = new Builder(1 << 20);
  const offsets = (values: readonly number[]): number => {
    builder.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) builder.addOffset(value);
    return builder.endVector();
  };
  const ints = (values: readonly number[]): number => {
    builder.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) builder.addInt32(value);
    return builder.endVector();
  };
  const table = (slots: number, write: () => void): number => {
    builder.startObject(slots);
    write();
    return builder.endObject();
  };

  const buffer = ({ data: values, type }: Partial<TfliteTensor>): number => {
    let bytes = 0;
    if (values) {
      const data = type === INT4 && values instanceof Int8Array ? packBits(values, 4) : values;
      const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      builder.startVector(1, source.length, ALIGNMENT);
      for (let i = source.length - 1; i >= 0; i--) builder.addInt8(source[i]);
      bytes = builder.endVector();
    }
    return table(1, () => builder.addFieldOffset(0, bytes, 0));
  };
  const quantization = ({ scales, zeroPoint, dimension = 0 }: NonNullable<TfliteTensor['quantization']>): number => {
    builder.startVector(4, scales.length, 4);
    for (let i = scales.length - 1; i >= 0; i--) builder.addFloat32(scales[i]);
    const scale = builder.endVector();
    builder.startVector(8, scales.length, 8);
    for (let i = 0; i < scales.length; i++) builder.addInt64(BigInt(zeroPoint));
    const zeroPoints = builder.endVector();
    return table(7, () => {
      builder.addFieldOffset(2, scale, 0);
      builder.addFieldOffset(3, zeroPoints, 0);
      builder.addFieldInt32(6, dimension, 0);
    });
  };
  // Buffer 0 is the empty one of all tensors that are computed.
  const constants = tensors.filter(({ data }) => data);
  const tensor = (one: TfliteTensor): number => {
    const name = builder.createString(one.name);
    const shape = ints(one.shape);
    const quantized = one.quantization ? quantization(one.quantization) : 0;
    return table(5, () => {
      builder.addFieldOffset(0, shape, 0);
      builder.addFieldInt8(1, one.type, 0);
      builder.addFieldInt32(2, constants.indexOf(one) + 1, 0);
      builder.addFieldOffset(3, name, 0);
      builder.addFieldOffset(4, quantized, 0);
    });
  };
  const options = ({ fields }: TfliteOptions): number =>
    table(fields.length, () =>
      fields.forEach(({ bytes, value }, slot) =>
        bytes === 1 ? builder.addFieldInt8(slot, value, 0) : builder.addFieldInt32(slot, value, 0),
      ),
    );
  const codeOf = ({ op, inputs }: TfliteOperator): number => {
    const { code, version, int4Version = version } = OPERATORS[op];
    const wanted = inputs.some((index) => tensors[index].type === INT4) ? int4Version : version;
    const known = codes.findIndex((one) => one.code === code && one.version === wanted);
    return known >= 0 ? known : codes.push({ code, version: wanted }) - 1;
  };
  const codes: Operator[] = [];
  const operator = (one: TfliteOperator): number => {
    const inputs = ints(one.inputs);
    const outputs = ints([one.output]);
    const given = one.options ? options(one.options) : 0;
    return table(5, () => {
      builder.addFieldInt32(0, codeOf(one), 0);
      builder.addFieldOffset(1, inputs, 0);
      builder.addFieldOffset(2, outputs, 0);
      builder.addFieldInt8(3, one.options?.type ?? 0, 0);
      builder.addFieldOffset(4, given, 0);
    });
  };

  const buffers = offsets([{}, ...constants].map(buffer));
  const allTensors = offsets(tensors.map(tensor));
  const allOperators = offsets(operators.map(operator));
  const [inputs, outputs] = [ints([input]), ints([output])];
  const subgraph = table(4, () => {
    builder.addFieldOffset(0, allTensors, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldOffset(3, allOperators, 0);
  });
  const allCodes = offsets(
    codes.map(({ code, version }) =>
      table(4, () => {
        builder.addFieldInt8(0, code, 0);
        builder.addFieldInt32(2, version, 1);
        builder.addFieldInt32(3, code, 0);
      }),
    ),
  );
  const subgraphs = offsets([subgraph]);
  const model = table(5, () => {
    builder.addFieldInt32(0, SCHEMA_VERSION, 0);
    builder.addFieldOffset(1, allCodes, 0);
    builder.addFieldOffset(2, subgraphs, 0);
    builder.addFieldOffset(4, buffers, 0);
  });
  builder.finish(model, 'TFL3');
  return builder.asUint8Array();
}
