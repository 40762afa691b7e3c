// Int8Model: the wall behind which nothing knows about floats' training, tfjs or PyTorch. Plain, serialisable data.
// Not for execution plans or packed weights: src/engine makes those.
import type { QParams } from '../core/qparams';
import type { Window } from '../core/window';

/** A quantized activation: unsigned codes, NHWC without N. Vectors are 1 x 1 x c. */
export interface Int8Tensor {
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly q: QParams;
}

interface OpBase {
  /** PyTorch's module path of the converted module. */
  readonly name: string;
  /** Indices into Int8Model.tensors. */
  readonly inputs: readonly number[];
  readonly output: number;
}

/** Weights, symmetric per output channel (zero point 0), and a float32 bias added before requantization. */
interface Weighted {
  /** Codes of weightBits bits in two's complement; convolutions [cout][ky][kx][cin], linear [out][in]. */
  readonly weights: Int8Array;
  /** 2..8: what each weight takes in a file. */
  readonly weightBits: number;
  /** float32, length cout. */
  readonly weightScales: Float32Array;
  /** float32, real units, length cout. */
  readonly bias: Float32Array;
}

/** QuantizedConv2d or QuantizedConvReLU2d; ReLU clamps the output code at its zero point. */
export interface Int8Conv extends OpBase, Weighted, Window {
  readonly op: 'conv';
  readonly relu: boolean;
}
export interface Int8Linear extends OpBase, Weighted {
  readonly op: 'linear';
}
/** Padding never wins: the window is clipped to the map. */
export interface Int8MaxPool extends OpBase, Window {
  readonly op: 'maxpool';
}
/** Quantized add: both inputs dequantized in float32, added, (ReLU), requantized half to even. */
export interface Int8Add extends OpBase {
  readonly op: 'add';
  readonly relu: boolean;
}
/** max(code, zero point); keeps its input's qparams. */
export interface Int8Relu extends OpBase {
  readonly op: 'relu';
}
/** QuantizedBatchNorm2d that no convolution has taken up: real * gain + shift of each channel, requantized. */
export interface Int8BatchNorm extends OpBase {
  readonly op: 'batchnorm';
  /** gamma / sigma, float32 [c]. */
  readonly gain: Float32Array;
  /** beta - mean * gamma / sigma, float32 [c], real units. */
  readonly shift: Float32Array;
}
/** Global average; keeps its input's qparams. */
export interface Int8AvgPool extends OpBase {
  readonly op: 'avgpool';
}

export type Int8WeightedOp = Int8Conv | Int8Linear;
export type Int8Op = Int8WeightedOp | Int8MaxPool | Int8Add | Int8Relu | Int8BatchNorm | Int8AvgPool;

/** A converted network: tensors[0] is the quantized image, the last op's output the quantized logits. */
export interface Int8Model {
  readonly version: 2;
  readonly name: string;
  readonly tensors: readonly Int8Tensor[];
  /** In topological order. */
  readonly ops: readonly Int8Op[];
}
