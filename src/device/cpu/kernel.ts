// How plain TypeScript kernels run on tfjs's backend 'cpu': values in, values out. Not for arithmetic.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { Kernel, KernelName } from '../contract';
import type { AnyKernel, Call } from '../register';

/** A tensor's values, its shape, and its number of channels (the last axis). */
export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly channels: number;
}

/** An output before it is a tensor; numbers are rounded to float32. */
export interface Output {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export type CpuKernel<K extends KernelName> = Kernel<K, void, Values, Output>;

/** Runs a kernel on a backend's tensors. */
export function runOnValues(kernel: AnyKernel<void, Output>, { inputs, attrs, backend }: Call): TensorInfo[] | null {
  const cpu = backend as MathBackendCPU;
  const read = ({ dataId, shape }: TensorInfo): Values => ({
    data: cpu.data.get(dataId).values as Float32Array,
    shape,
    channels: shape[shape.length - 1],
  });
  const tensors = Object.entries(inputs as Record<string, TensorInfo>);
  const values = Array.isArray(inputs)
    ? inputs.map(read)
    : Object.fromEntries(tensors.map(([name, input]) => [name, read(input)]));
  const outputs = kernel(values as never, attrs as never);
  return (
    outputs && outputs.map(({ data, shape }) => cpu.makeTensorInfo([...shape], 'float32', Float32Array.from(data)))
  );
}
