// tfjs's Identity without a copy: both tensors hold on to the same memory. Saving a tensor for a gradient is an Identity,
// and tfjs's own would copy every weight and activation of a step.
import type { WasmKernel } from './kernel';

/** x -> x. */
export const identity: WasmKernel<'Identity'> = ({ x }, _, runtime) =>
  x.dtype === 'string' ? null : [runtime.share(x)];
