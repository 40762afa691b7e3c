// What the exporters of integer models ask of an operation: one file per operation beside this one, table.ts has them all.
// Not for the files' formats (onnx-file.ts, tflite-file.ts) nor for floats (src/graph/ops).
import type { Int8Op, Int8Tensor } from '../../int8/int8-model';
import type { Layer } from '../int32-bias';
import type { OnnxNode } from '../onnx-file';
import type { TfliteOperator } from '../tflite-file';

export interface Exporter<Op extends Int8Op> {
  /** Emits its ONNX operators on codes, or says which value already is its output. */
  qlinear(op: Op, at: QLinearPlace): void;
  /** Emits its ONNX operators on floats, between DequantizeLinear and QuantizeLinear; or as qlinear. */
  qdq(op: Op, at: QdqPlace): void;
  /** Emits its TensorFlow Lite operators. */
  tflite(op: Op, at: TflitePlace): void;
}

/** An operator whose output is the operation's. */
type Emitted = Omit<OnnxNode, 'output'>;

interface OnnxPlace {
  /** Its inputs and output as the model has them. */
  readonly from: readonly Int8Tensor[];
  readonly to: Int8Tensor;
  /** The operation's output is this value of codes. */
  is(value: string): void;
}

/** Where an operation's QLinear operators go. */
interface QLinearPlace extends OnnxPlace {
  /** Of each input: value, scale and zero point. */
  readonly inputs: readonly (readonly [value: string, scale: string, zeroPoint: string])[];
  readonly output: readonly [scale: string, zeroPoint: string];
  /**
   * Adds the constants of a layer: weights with scale and zero point, and the bias in units of the accumulator.
   * @param dims of the weights; @param order of their codes in the file, else as they are
   */
  weighted(
    layer: Layer,
    dims: readonly number[],
    order?: Order,
  ): { readonly weight: readonly string[]; readonly bias: string };
  /** Adds an operator whose codes are its input's, so that none leaves the range. */
  emit(node: Emitted): void;
  /** Adds an operator that requantizes, and what keeps its codes in the output's range: from the zero point on with relu. */
  requantized(node: Emitted, relu?: boolean): void;
  /** The input's codes as a vector. */
  flattened(): string;
}

/** Where an operation's float operators go. */
interface QdqPlace extends OnnxPlace {
  readonly inputs: readonly QdqInput[];
  /** Adds a layer's weights and bias as QLinearPlace does. @returns the operator's further inputs */
  weighted(layer: Layer, dims: readonly number[], order?: Order): readonly string[];
  /** As QLinearPlace's; the result is quantized. */
  emit(node: Emitted): void;
  requantized(node: Emitted, relu?: boolean): void;
  /** The input as a vector, dequantized. */
  flattened(): string;
}

interface QdqInput {
  readonly codes: string;
  /** Dequantizes it. */
  real(): string;
}

type Order = (codes: Int8Array) => Int8Array;

/** Where an operation's TensorFlow Lite operators go. A tensor is its index in the file. */
interface TflitePlace {
  readonly from: readonly Int8Tensor[];
  readonly to: Int8Tensor;
  readonly inputs: readonly number[];
  /** Adds the operation's output. @param shape else [1, h, w, c] */
  output(shape?: readonly number[]): number;
  /** Adds the constants of a layer: weights and bias. @param shape of the weights @param channels their dimension in it, else 0 */
  weighted(layer: Layer, shape: readonly number[], channels?: number): readonly number[];
  /**
   * The first input with `pad` pixels around it, of zero or of its lowest code, as an operator of its own: SAME pads unevenly
   * at stride 2.
   */
  padded(pad: number, value?: 'zero' | 'lowest'): number;
  emit(operator: TfliteOperator): void;
  /** Adds an operator whose activation is its ReLU, and what keeps its codes in the output's range. @param shape as output's */
  requantized(operator: Omit<TfliteOperator, 'output'>, relu?: boolean, shape?: readonly number[]): void;
  /** The operation's output is this tensor. */
  is(tensor: number): void;
}
