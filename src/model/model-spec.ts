// What training, conversion and the page are told of a network: plain data.
// Not for where it comes from: resnet18-cifar10.ts has the page's own.
import type { ImageSpec } from '../core/image-spec';
import type { ParamStore } from '../core/params';
import type { Graph } from '../graph/types';

export interface ModelSpec {
  /** As it was trained, nothing fused. */
  readonly graph: Graph;
  /** PyTorch's state dict. */
  readonly params: ParamStore;
  /** What it takes and tells apart. */
  readonly images: ImageSpec;
}
