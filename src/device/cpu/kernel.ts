// How a plain TypeScript kernel hands itself to tfjs's backend 'cpu': values in, values out. Not for arithmetic.
import { getKernel, registerKernel, unregisterKernel, type TensorInfo } from '@tensorflow/tfjs';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** A tensor's values, its shape, and its number of channels (the last axis). */
export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly channels: number;
}

/** An output before it is a tensor; numbers are rounded to float32. */
interface Output {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** One kernel of the contract: inputs by the contract's names, outputs in its order. */
export interface Kernel<Names extends string, Attrs> {
  readonly name: string;
  run(inputs: Record<Names, Values>, attrs: Attrs): Output[];
}

/** Puts a kernel into the registry, in the place of tfjs's of that name if there is one. */
export function register<Names extends string, Attrs>(kernel: Kernel<Names, Attrs>): void {
  if (getKernel(kernel.name, 'cpu')) unregisterKernel(kernel.name, 'cpu');
  registerKernel({
    kernelName: kernel.name,
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const cpu = backend as MathBackendCPU;
      const read = ({ dataId, shape }: TensorInfo): Values => ({
        data: cpu.data.get(dataId).values as Float32Array,
        shape,
        channels: shape[shape.length - 1],
      });
      const values = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, read(input as TensorInfo)]),
      );
      const outputs = kernel
        .run(values as Record<Names, Values>, attrs as Attrs)
        .map(({ data, shape }) => cpu.makeTensorInfo([...shape], 'float32', Float32Array.from(data)));
      return outputs.length === 1 ? outputs[0] : outputs;
    },
  });
}
