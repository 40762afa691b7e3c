// How a kernel file hands itself to the registry. Not for shaders.
import type { TensorInfo } from '@tensorflow/tfjs';
import { getKernel, type KernelFunc } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** One kernel: tfjs's name and what runs. Inputs and attributes have the types its contract gives. */
export interface Kernel<Inputs, Attrs> {
  readonly name: string;
  run(backend: WebGPUBackend, inputs: Inputs, attrs: Attrs): TensorInfo | TensorInfo[];
}

/** The kernel as tfjs's registry wants it. */
export function kernelFunc<Inputs, Attrs>(kernel: Kernel<Inputs, Attrs>): KernelFunc {
  return ({ inputs, backend, attrs }) => kernel.run(backend as WebGPUBackend, inputs as Inputs, attrs as Attrs);
}

type Call = Parameters<KernelFunc>[0];

const stock = new Map<string, KernelFunc>();

/** Keeps tfjs's own kernel of that name, for the cases ours does not take; called once, before ours replaces it. */
export function keepStock(name: string): void {
  const kernel = getKernel(name, 'webgpu');
  if (kernel && !stock.has(name)) stock.set(name, kernel.kernelFunc);
}

/** Runs tfjs's own kernel of that name. @throws when there was none. */
export function runStock(
  name: string,
  backend: WebGPUBackend,
  inputs: object,
  attrs: object,
): TensorInfo | TensorInfo[] {
  const func = stock.get(name);
  if (!func) throw new Error(`tfjs has no webgpu kernel ${name}`);
  return func({ inputs: inputs as Call['inputs'], backend, attrs: attrs as Call['attrs'] });
}
