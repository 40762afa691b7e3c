// An ONNX model as a file: nodes, constants, one float input and output, written in protobuf's wire format.
// Only the fields of onnx.proto that the exporters need. Not for reading files, nor for what the nodes mean.
import protobuf from 'protobufjs/minimal.js';
import { packBits } from '../int8/weight-bits';

export interface OnnxNode {
  readonly op: string;
  /** Of operators outside ONNX's own set. */
  readonly domain?: typeof CONTRIB;
  /** Names of values; the node itself is named by its output. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A constant, row-major; no dims make a scalar. */
export interface OnnxConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | Int8Array | Uint8Array;
  /** 4: INT4, of codes that fit; else as the array has them. */
  readonly bits?: 4;
}

/** A float32 value at the graph's boundary; a dimension with a name has any size. */
interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** ONNX Runtime's own operators. */
const CONTRIB = 'com.microsoft';

/** Of the format, and of ONNX's operators. */
export interface OnnxVersions {
  readonly ir: number;
  readonly opset: number;
}
const VERSIONS: OnnxVersions = { ir: 8, opset: 17 };
/** The first ones that have INT4. */
export const INT4_VERSIONS: OnnxVersions = { ir: 10, opset: 21 };

/** TensorProto.DataType and AttributeProto.AttributeType. */
const FLOAT = 1;
const INT4 = 22;
const typeOf = ({ data, bits }: OnnxConstant): number =>
  bits === 4
    ? INT4
    : data instanceof Float32Array
      ? FLOAT
      : data instanceof Uint8Array
        ? 2
        : data instanceof Int8Array
          ? 3
          : 6;
const INT = 2;
const INTS = 7;

/** The bytes of a ModelProto. Numbers below are onnx.proto's field numbers. */
export function encodeOnnx(graph: OnnxGraph, { ir, opset }: OnnxVersions = VERSIONS): Uint8Array {
  const writer = protobuf.Writer.create();
  const int = (field: number, value: number) => writer.uint32(field << 3).int64(value);
  const delimited = (field: number) => writer.uint32((field << 3) | 2);
  const text = (field: number, value: string) => delimited(field).string(value);
  const message = (field: number, write: () => void) => {
    delimited(field).fork();
    write();
    writer.ldelim();
  };

  const attribute = (name: string, value: number | readonly number[]) => {
    text(1, name);
    if (typeof value === 'number') int(3, value);
    else for (const element of value) int(8, element);
    int(20, typeof value === 'number' ? INT : INTS);
  };
  const node = ({ op, domain, inputs, output, attributes }: OnnxNode) => {
    for (const input of inputs) text(1, input);
    text(2, output);
    text(3, output);
    text(4, op);
    for (const [name, value] of Object.entries(attributes ?? {})) message(5, () => attribute(name, value));
    if (domain) text(7, domain);
  };
  const constant = (one: OnnxConstant) => {
    const { name, dims, data, bits } = one;
    for (const dim of dims) int(1, dim);
    int(2, typeOf(one));
    text(8, name);
    const whole = bits && data instanceof Int8Array ? packBits(data, bits) : data;
    delimited(9).bytes(new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength));
  };
  const dimension = (dim: number | string) => (typeof dim === 'number' ? int(1, dim) : text(2, dim));
  const tensorType = (dims: OnnxValue['dims']) => {
    int(1, FLOAT);
    message(2, () => dims.forEach((dim) => message(1, () => dimension(dim))));
  };
  const value = ({ name, dims }: OnnxValue) => {
    text(1, name);
    message(2, () => message(1, () => tensorType(dims)));
  };

  int(1, ir);
  text(2, 'qat-playground');
  message(7, () => {
    for (const one of graph.nodes) message(1, () => node(one));
    text(2, graph.name);
    for (const one of graph.constants) message(5, () => constant(one));
    message(11, () => value(graph.input));
    message(12, () => value(graph.output));
  });
  for (const [domain, version] of [
    ['', opset],
    [CONTRIB, 1],
  ] as const)
    message(8, () => {
      text(1, domain);
      int(2, version);
    });
  return writer.finish();
}
