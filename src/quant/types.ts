// What prepareQat attaches to a graph: which tensors are observed, how, and whether quantization is simulated.
// Names are PyTorch's. Plain data; not for the mathematics (observers, qparams, fakeQuant beside this file).
import type { ObservedRange } from '../core/qparams';
import type { Graph } from '../graph/types';

/** PyTorch's observers that the product implements. */
export type ObserverKind = 'minmax' | 'moving_average_minmax' | 'histogram';

/** How one tensor is observed and quantized. */
export interface FakeQuantSpec {
  readonly observer: ObserverKind;
  /** c in v += c * (batch - v); 1 takes the last batch alone. Only moving_average_minmax reads it. */
  readonly averagingConstant: number;
  readonly scheme: 'affine' | 'symmetric';
  /** per_channel: the output channel axis (weights only). */
  readonly granularity: 'per_tensor' | 'per_channel';
  readonly qmin: number;
  readonly qmax: number;
  /** Smallest scale; PyTorch's is 2^-23. */
  readonly eps: number;
  /** false: observe only (a default_qconfig); true: fake-quantize with straight-through gradients too. */
  readonly simulate: boolean;
}

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
  readonly weight: FakeQuantSpec;
}

/** The fake-quants of one node: on its output and on its weight. */
export interface NodeQuant {
  readonly activation?: FakeQuantSpec;
  readonly weight?: FakeQuantSpec;
}

/** A fused graph between quant and dequant with a NodeQuant for each node that has one. */
export interface QatGraph extends Graph {
  readonly qconfig: QConfig;
  readonly quant: Readonly<Record<string, NodeQuant>>;
}
