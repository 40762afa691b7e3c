// What a kernel of this backend is to tfjs's registry. Not for shaders.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Kernel, KernelName } from '../contract';
import type { AnyKernel, Call } from '../register';

export type WebGpuKernel<K extends KernelName> = Kernel<K, WebGPUBackend, TensorInfo>;

/** Runs a kernel on the call's backend. */
export const runOnBackend = (
  kernel: AnyKernel<WebGPUBackend, TensorInfo>,
  { inputs, attrs, backend }: Call,
): readonly TensorInfo[] | null => kernel(inputs as never, attrs as never, backend as WebGPUBackend);
