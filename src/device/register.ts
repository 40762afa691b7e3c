// Puts a backend's table of kernels into tfjs's registry. Not for what they compute, nor for starting the backend.
import { getKernel, registerKernel, unregisterKernel, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs';
import type { Kernels } from './contract';

/** A call as tfjs makes it. */
export type Call = Parameters<KernelFunc>[0];
/** Any kernel of a table: which one it is, and so what it takes, only its place in the table tells. */
export type AnyKernel<B, Out> = (inputs: never, attrs: never, backend: B) => readonly Out[] | null;

const registered = new Set<string>();

/**
 * Each kernel takes the place of tfjs's own of its name, which stays for the calls that ours declines. Once for each name of
 * a backend: tfjs keeps its registry when a backend is made anew.
 * @param run one call of a kernel of the table; null where it is declined
 */
export function registerKernels<B, T, Out>(
  backendName: string,
  kernels: Kernels<B, T, Out>,
  run: (kernel: AnyKernel<B, Out>, call: Call) => readonly TensorInfo[] | null,
): void {
  if (registered.has(backendName)) return;
  registered.add(backendName);
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const stock = getKernel(kernelName, backendName);
    if (stock) unregisterKernel(kernelName, backendName);
    const kernelFunc: KernelFunc = (call) => {
      const outputs = run(kernel as AnyKernel<B, Out>, call);
      // tfjs's operations ask for the one output of a kernel by itself.
      if (outputs) return outputs.length === 1 ? outputs[0] : [...outputs];
      if (!stock) throw new Error(`${kernelName} has no kernel for this call on the backend ${backendName}`);
      return stock.kernelFunc(call);
    };
    registerKernel({ ...stock, kernelName, backendName, kernelFunc });
  }
}
