// What prepareQat attaches to a graph: which tensors are observed, how, and whether quantization is simulated.
// Names are PyTorch's. Plain data; not for the mathematics (observers, qparams, fakeQuant beside this file).
import type { ObservedRange } from '../core/qparams';
import type { Graph } from '../graph/types';

/** What decides how a range becomes scale and zero point. */
export interface QuantRule {
  readonly scheme: 'affine' | 'symmetric';
  readonly qmin: number;
  readonly qmax: number;
  /** Smallest scale; PyTorch's is 2^-23. */
  readonly eps: number;
  /** Default false. true: scales are rounded up to a power of two, see roundedUp in qparams.ts. */
  readonly powerOfTwo?: boolean;
}

/** What decides on the codes that a width has. */
export interface CodeRule {
  /** PyTorch's reduce_range. true: 8-bit activations take 0..127 only, so that fbgemm's sums fit 16 bits; false: 0..255. */
  readonly reduceRange: boolean;
  /** true: weights take -(2^(b-1)-1)..2^(b-1)-1, as many codes below 0 as above. */
  readonly narrowRange: boolean;
}

/** PyTorch's observers that keep a range, step by step. */
export type RangeObserver =
  | { readonly observer: 'minmax' }
  | {
      readonly observer: 'moving_average_minmax';
      /** c in v += c * (batch - v); 1 takes the last batch alone. */
      readonly averagingConstant: number;
    };

/** How a tensor is quantized over the running range of its values. */
export type RangeSpec = QuantRule &
  RangeObserver & {
    /** per_channel: the output channel axis (weights only); see granularity.ts. */
    readonly granularity: 'per_tensor' | 'per_channel';
    /** false: observe only (a default_qconfig); true: fake-quantize with straight-through gradients too. */
    readonly simulate: boolean;
    /** Default false. true: simulated by the rule of fused-rule.ts, while conversion keeps to the observers'; weights only. */
    readonly fusedRule?: boolean;
  };

/**
 * How a tensor is quantized over the range that a histogram of its values suggests. It observes only: finding that range
 * takes a search on the host, so that simulating would read every histogram back in every step.
 */
export interface HistogramSpec extends QuantRule {
  readonly observer: 'histogram';
  readonly granularity: 'per_tensor';
  readonly simulate: false;
}

/**
 * How a tensor is quantized by a scale and a zero point that are parameters themselves, learned with the weights: LSQ, as
 * torch.ao.quantization's _LearnableFakeQuantize. Nothing is observed.
 */
export interface LearnedSpec extends QuantRule {
  readonly observer: 'learned';
  readonly granularity: 'per_tensor' | 'per_channel';
  readonly simulate: true;
}

/** How a weight is quantized. */
export type WeightSpec = RangeSpec | LearnedSpec;
/** How one tensor is observed and quantized. */
export type FakeQuantSpec = WeightSpec | HistogramSpec;

/** Sees tensors one after another and says over which range to quantize them. */
export interface Observer {
  /** @param x values of one batch; per channel: [C, ...], axis 0 the channel */
  observe(x: Float32Array): void;
  /** The range for qparamsFromRange; undefined when nothing was observed yet. */
  range(): ObservedRange | undefined;
}

/** One named choice for a whole model, as torch.ao.quantization.QConfig. */
export interface QConfig {
  readonly id: string;
  /** PyTorch's call that makes it, e.g. get_default_qat_qconfig("fbgemm"). */
  readonly label: string;
  readonly activation: FakeQuantSpec;
  readonly weight: WeightSpec;
  /** Of the specifications above, and of layers that have other widths. */
  readonly codes: CodeRule;
}

/** The fake-quants of one node: on its output and on its weight. */
export interface NodeQuant {
  readonly activation?: FakeQuantSpec;
  readonly weight?: WeightSpec;
}

/** A fused graph between quant and dequant with a NodeQuant for each node that has one. */
export interface QatGraph extends Graph {
  readonly qconfig: QConfig;
  readonly quant: Readonly<Record<string, NodeQuant>>;
}
