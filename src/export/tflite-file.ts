// A TensorFlow Lite model as a file: tensors, operators, one input and one output, as a flatbuffer.
// Only the parts of schema.fbs that the exporter needs, by its slot numbers. Not for what the operators mean.
import { Builder } from 'flatbuffers';

/** TensorType of the schema. */
export const FLOAT32 = 0;
export const INT32 = 2;
export const INT8 = 9;

export interface TfliteTensor {
  readonly name: string;
  readonly type: typeof FLOAT32 | typeof INT32 | typeof INT8;
  readonly shape: readonly number[];
  /** One scale and zero point, or one for each index of a dimension, of the first where none is said. */
  readonly quantization?: { readonly scales: Float32Array; readonly zeroPoint: number; readonly dimension?: number };
  /** Of a constant. */
  readonly data?: Int8Array | Int32Array;
}

/** BuiltinOperator: its code, and the version that takes int8. */
const OPERATORS = {
  add: { code: 0, version: 2 },
  averagePool: { code: 1, version: 2 },
  conv: { code: 3, version: 3 },
  depthwiseConv: { code: 4, version: 3 },
  dequantize: { code: 6, version: 2 },
  fullyConnected: { code: 9, version: 4 },
  maxPool: { code: 17, version: 2 },
  relu: { code: 19, version: 2 },
  pad: { code: 34, version: 2 },
  quantize: { code: 114, version: 1 },
} as const;

/** BuiltinOptions: its number in the union and its fields by slot, in the schema's order. */
interface TfliteOptions {
  readonly type: number;
  readonly fields: readonly { readonly bytes: 1 | 4; readonly value: number }[];
}

export interface TfliteOperator {
  readonly op: keyof typeof OPERATORS;
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

  const buffer = (data: Int8Array | Int32Array | undefined): number => {
    let bytes = 0;
    if (data) {
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
  const names = Object.keys(OPERATORS) as (keyof typeof OPERATORS)[];
  const operator = (one: TfliteOperator): number => {
    const inputs = ints(one.inputs);
    const outputs = ints([one.output]);
    const given = one.options ? options(one.options) : 0;
    return table(5, () => {
      builder.addFieldInt32(0, names.indexOf(one.op), 0);
      builder.addFieldOffset(1, inputs, 0);
      builder.addFieldOffset(2, outputs, 0);
      builder.addFieldInt8(3, one.options?.type ?? 0, 0);
      builder.addFieldOffset(4, given, 0);
    });
  };

  const buffers = offsets([undefined, ...constants.map(({ data }) => data)].map(buffer));
  const allTensors = offsets(tensors.map(tensor));
  const allOperators = offsets(operators.map(operator));
  const [inputs, outputs] = [ints([input]), ints([output])];
  const subgraph = table(4, () => {
    builder.addFieldOffset(0, allTensors, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldOffset(3, allOperators, 0);
  });
  const codes = offsets(
    names.map((name) =>
      table(4, () => {
        builder.addFieldInt8(0, OPERATORS[name].code, 0);
        builder.addFieldInt32(2, OPERATORS[name].version, 1);
        builder.addFieldInt32(3, OPERATORS[name].code, 0);
      }),
    ),
  );
  const subgraphs = offsets([subgraph]);
  const model = table(5, () => {
    builder.addFieldInt32(0, SCHEMA_VERSION, 0);
    builder.addFieldOffset(1, codes, 0);
    builder.addFieldOffset(2, subgraphs, 0);
    builder.addFieldOffset(4, buffers, 0);
  });
  builder.finish(model, 'TFL3');
  return builder.asUint8Array();
}
