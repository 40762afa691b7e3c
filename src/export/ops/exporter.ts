// What the exporters of integer models ask of an operation: one file per operation beside this one, table.ts has them all.
// Not for the files' formats (onnx-file.ts, tflite-file.ts) nor for floats (src/graph/ops).
import type { Int8Op, Int8Tensor } from '../../int8/int8-model';
import type { Layer } from '../int32-bias';
import type { OnnxNode } from '../onnx-file';
import type { TfliteOperator } from '../tflite-file';

export interface Exporter<Op extends Int8Op> {
  /** Emits its ONNX operators on codes, or says which value already is its output. */
  onnx(op: Op, at: OnnxPlace): void;
  /** Emits its TensorFlow Lite operators. */
  tflite(op: Op, at: TflitePlace): void;
}

/** Where an operation's ONNX operators go. */
interface OnnxPlace {
  /** Its inputs and output as the model has them. */
  readonly from: readonly Int8Tensor[];
  readonly to: Int8Tensor;
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
    order?: (codes: Int8Array) => Int8Array,
  ): { readonly weight: readonly string[]; readonly bias: string };
  /** Adds an operator whose output is the operation's, or that `part` of it; with relu, max(code, zero point) after it. */
  emit(node: Omit<OnnxNode, 'output'> & { readonly part?: string; readonly relu?: boolean }): string;
  /** The operation's output is this value. */
  is(value: string): void;
}

/** Where an operation's TensorFlow Lite operators go. A tensor is its index in the file. */
interface TflitePlace {
  readonly from: readonly Int8Tensor[];
  readonly to: Int8Tensor;
  readonly inputs: readonly number[];
  /** Adds the operation's output. @param shape else [1, h, w, c] */
  output(shape?: readonly number[]): number;
  /** Adds the constants of a layer: weights and bias. @param shape of the weights @param channels their dimension in it, else 0 */
  weighted(layer: Layer, shape: readonly number[], channels?: number): readonly number[];
  /** The first input with `pad` pixels of zero around it, as an operator of its own: SAME pads unevenly at stride 2. */
  padded(pad: number): number;
  emit(operator: TfliteOperator): void;
  /** The operation's output is this tensor. */
  is(tensor: number): void;
}
