// The typed graph every part of the product reads: nodes in topological order, plain data.
// Node ids are PyTorch's module paths. Not for weights (core/params) nor for execution (train, engine).
import type { Window } from '../core/window';

/** A feature map without its batch: height, width, channels. Vectors are 1 x 1 x channels. */
export interface MapShape {
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

/** A square convolution without groups or dilation. */
export interface ConvAttrs extends Window {
  readonly cin: number;
  readonly cout: number;
}

/** Parameter names of one BatchNorm2d: `${prefix}.weight`, `.bias`, `.running_mean`, `.running_var`. */
export interface BnAttrs {
  readonly prefix: string;
  readonly eps: number;
  readonly momentum: number;
}

interface Base {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly out: MapShape;
}

/** An operation that has nothing to say but its name; quant and dequant are QuantStub and DeQuantStub. */
export interface PlainNode<Op extends 'input' | 'quant' | 'dequant' | 'relu' | 'avgpool' | 'flatten'> extends Base {
  readonly op: Op;
}
/** Conv2d, and what fuse makes of it with those that follow: ConvBn2d, ConvBnReLU2d, ConvReLU2d. */
export interface ConvNode extends Base {
  readonly op: 'conv';
  readonly conv: ConvAttrs;
  /** Name of the OIHW weight. */
  readonly weight: string;
  readonly bias?: string;
  readonly bn?: BnAttrs;
  readonly relu: boolean;
}
export interface BnNode extends Base {
  readonly op: 'bn';
  readonly bn: BnAttrs;
}
export interface MaxPoolNode extends Base, Window {
  readonly op: 'maxpool';
}
/** FloatFunctional.add (relu false) or .add_relu (relu true). */
export interface AddNode extends Base {
  readonly op: 'add';
  readonly relu: boolean;
}
export interface LinearNode extends Base {
  readonly op: 'linear';
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: string;
  readonly bias: string;
}

export type GraphNode =
  | PlainNode<'input'>
  | PlainNode<'quant'>
  | PlainNode<'dequant'>
  | PlainNode<'relu'>
  | PlainNode<'avgpool'>
  | PlainNode<'flatten'>
  | ConvNode
  | BnNode
  | MaxPoolNode
  | AddNode
  | LinearNode;
/** The nodes that have a weight. */
export type WeightedNode = ConvNode | LinearNode;

/** Nodes in topological order; the last one is the output. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
}
