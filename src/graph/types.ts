// The typed graph every part of the product reads: nodes in topological order, plain data.
// Node ids are PyTorch's module paths. Not for weights (core/params) nor for execution (train, engine).

/** A feature map without its batch: height, width, channels. Vectors are 1 x 1 x channels. */
export interface MapShape {
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

/** A square convolution without groups or dilation. */
export interface ConvAttrs {
  readonly cin: number;
  readonly cout: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
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

export interface InputNode extends Base {
  readonly op: 'input';
}
/** Boundaries of the quantized region: QuantStub and DeQuantStub. */
export interface BoundaryNode extends Base {
  readonly op: 'quant' | 'dequant';
}
export interface ConvNode extends Base {
  readonly op: 'conv';
  readonly conv: ConvAttrs;
  /** Name of the OIHW weight. */
  readonly weight: string;
}
export interface BnNode extends Base {
  readonly op: 'bn';
  readonly bn: BnAttrs;
}
export interface SimpleNode extends Base {
  readonly op: 'relu' | 'avgpool' | 'flatten';
}
export interface MaxPoolNode extends Base {
  readonly op: 'maxpool';
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
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
/** ConvBn2d or ConvBnReLU2d; stands at its convolution's id. */
export interface ConvBnNode extends Base {
  readonly op: 'conv_bn';
  readonly conv: ConvAttrs;
  readonly weight: string;
  readonly bn: BnAttrs;
  readonly relu: boolean;
}

export type GraphNode =
  InputNode | BoundaryNode | ConvNode | BnNode | SimpleNode | MaxPoolNode | AddNode | LinearNode | ConvBnNode;

/** Nodes in topological order; the last one is the output. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
}
