// What a kernel of this backend is to tfjs's registry. Not for arithmetic.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Kernel, KernelName } from '../contract';
import type { AnyKernel, Call } from '../register';
import type { KernelRuntime } from './runtime';

export type WasmKernel<K extends KernelName> = Kernel<K, KernelRuntime, TensorInfo>;

/** Which runtime belongs to a tfjs backend. */
export const runtimes = new WeakMap<object, KernelRuntime>();

/** Runs a kernel on the runtime of the call's backend; null on a backend without. */
export function runOnRuntime(
  kernel: AnyKernel<KernelRuntime, TensorInfo>,
  { inputs, attrs, backend }: Call,
): readonly TensorInfo[] | null {
  const runtime = runtimes.get(backend as object);
  return runtime?.call(() => kernel(inputs as never, attrs as never, runtime)) ?? null;
}
