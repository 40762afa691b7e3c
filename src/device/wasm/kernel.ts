// How a kernel file hands itself to the registry. Not for arithmetic.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs';
import type { KernelRuntime } from './runtime';

/** One kernel: tfjs's name and what runs. Inputs and attributes have the types its contract gives. */
export interface Kernel<Inputs, Attrs> {
  readonly name: string;
  /** Null where tfjs's own kernel of that name must do it. */
  run(runtime: KernelRuntime, inputs: Inputs, attrs: Attrs): TensorInfo | TensorInfo[] | null;
}

/** Which runtime belongs to a tfjs backend. */
export const runtimes = new WeakMap<object, KernelRuntime>();

/** Puts a kernel in the place of tfjs's, which stays for the calls ours declines. */
export function register<Inputs, Attrs>(kernel: Kernel<Inputs, Attrs>): void {
  const stock = getKernel(kernel.name, 'wasm');
  if (stock) unregisterKernel(kernel.name, 'wasm');
  const kernelFunc: KernelFunc = (call) => {
    const runtime = runtimes.get(call.backend as object);
    const result = runtime?.call(() => kernel.run(runtime, call.inputs as Inputs, call.attrs as Attrs));
    if (result) return result;
    if (!stock) throw new Error(`${kernel.name} has no kernel for this call on the backend wasm`);
    return stock.kernelFunc(call);
  };
  registerKernel({ ...stock, kernelName: kernel.name, backendName: 'wasm', kernelFunc });
}
