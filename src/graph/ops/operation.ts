// What every part of the product asks of an operation: one file per operation beside this one, table.ts has them all.
// Not for passes, which change graphs or walk them; they stand above this folder and ask the table.
import type { ParamStore } from '../../core/params';
import type { Window } from '../../core/window';
import type { Int8Op } from '../../int8/int8-model';
import type { BnNode, ConvNode, GraphNode, LinearNode, MapShape } from '../types';

export interface Operation<N extends GraphNode> {
  /** How many outputs it reads. */
  readonly arity: 0 | 1 | 2;
  /** What prepareQat makes of it. */
  readonly quantized: Quantized;
  /** What a reader knows it by. */
  names?(node: N): Names;
  /** The shape of its output; undefined where these inputs do not fit it. */
  shape(node: N, inputs: readonly MapShape[]): MapShape | undefined;
  /** Its parameters in PyTorch's order; none where there is no such function. */
  params?(node: N): readonly ParamSpec[];
  /** Counts of one image; nothing where there is no such function. */
  cost?(node: N, input: MapShape): Cost;
  /** Its float arithmetic, of as many inputs as its arity. */
  forward<T>(node: N, math: FloatMath<T>): (...inputs: T[]) => T;
  /** What becomes of it in a quantized model. @param weights quantized, of an operation that has any */
  lower(node: N, weights: () => Int8Weights, params: ParamStore): Lowered;
  /** Emits its float32 ONNX operators, or says which value already is its output. */
  onnx(node: N, at: OnnxPlace): void;
}

/**
 * 'output': its output is observed and quantized. 'output and weight': its weight, too. 'as its input': it keeps its
 * input's scale and zero point; 'rounded as its input': it makes values between codes, and rounds them to its input's.
 */
type Quantized = 'output' | 'output and weight' | 'as its input' | 'rounded as its input';

/** In PyTorch: its class or call, and what it is once converted. */
interface Names {
  readonly module: string;
  readonly quantized: string;
}

/** A parameter by its name in the state dict. */
export interface ParamSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** false: a running statistic. */
  readonly trainable: boolean;
}

/** Counts for one image. Live: without the taps that fall on padding (MACs), or fall on it at every pixel (weights). */
export interface Cost {
  readonly macs: number;
  readonly liveMacs: number;
  /** Trainable ones: weights, biases, batch norm's gamma and beta. */
  readonly parameters: number;
  readonly weights: number;
  readonly liveWeights: number;
}

/** The float arithmetic that operations are made of, on tensors T: evaluation's and training's are unlike. */
export interface FloatMath<T> {
  /** Convolution, bias, batch norm and ReLU: those of them that the node has. */
  conv(node: ConvNode): (x: T) => T;
  bn(node: BnNode): (x: T) => T;
  linear(node: LinearNode): (x: T) => T;
  readonly relu: (x: T) => T;
  readonly add: (a: T, b: T) => T;
  /** Padding never wins. */
  maxPool(window: Window): (x: T) => T;
  /** Mean over the map, kept as 1 x 1. */
  readonly average: (x: T) => T;
  /** [N, h, w, c] as [N, h * w * c]. */
  readonly flatten: (x: T) => T;
}

/** Codes in Int8Model's layout and what they are worth: see int8-model.ts. */
export type Int8Weights = Pick<Extract<Int8Op, { op: 'linear' }>, 'weights' | 'weightBits' | 'weightScales' | 'bias'>;

type Body<Op> = Op extends unknown ? Omit<Op, 'name' | 'inputs' | 'output'> : never;
/** An operation's place in an Int8Model: its first tensor, no tensor of its own, or an operation. */
type Lowered = 'image' | 'its input' | 'nothing' | Body<Int8Op>;

/** Where a node's ONNX operators go. */
interface OnnxPlace {
  readonly params: ParamStore;
  /** The values that hold its inputs, and their shapes. */
  readonly inputs: readonly string[];
  readonly shapes: readonly MapShape[];
  /** Adds a constant and returns its name. */
  constant(name: string, data: Float32Array, dims: readonly number[]): string;
  /** Adds an operator whose output is the node's; with relu, a ReLU after it. */
  emit(op: string, inputs: readonly string[], attributes?: OnnxAttributes, relu?: boolean): void;
  /** The node's output is this value. */
  is(value: string): void;
}
export type OnnxAttributes = Readonly<Record<string, number | readonly number[]>>;
