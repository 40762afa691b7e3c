// One training step by kernel, and its convolutions by layer, from tfjs's own profiler (on WebGPU: timestamp queries).
// The sum is less than a step's time: it leaves out JavaScript between kernels, and transfers.
import * as tf from '@tensorflow/tfjs';
import { joins } from '../../src/train/kernels/wasm/conv-taps';
import { convShape } from '../../src/train/kernels/webgpu/conv-shape';

export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly ms: number;
}

/** One kernel on all layers of one shape. Operations are those of live taps: padding is not counted. */
export interface LayerTime {
  readonly kernel: string;
  readonly layer: string;
  readonly calls: number;
  readonly ms_per_call: number;
  readonly gflops: number;
}

export interface Profile {
  readonly kernels: readonly KernelTime[];
  readonly layers: readonly LayerTime[];
}

/** Steps that are profiled; times are their means. */
const STEPS = 3;

interface Entry {
  calls: number;
  ms: number;
}

/** @param step runs one training step */
export async function profile(step: () => Promise<number>): Promise<Profile> {
  const kernels = new Map<string, Entry>();
  const layers = new Map<string, Entry & { kernel: string; layer: string; operations: number }>();
  for (let i = 0; i < STEPS; i++) {
    const info = await tf.engine().profile(step);
    for (const { name, inputShapes, outputShapes, kernelTimeMs } of info.kernels) {
      const ms = kernelTimeMs as number;
      add(kernels, name, {}, ms);
      const call = convolution(name, inputShapes, outputShapes);
      if (call) add(layers, `${name} ${call.layer}`, { kernel: name, ...call }, ms);
    }
  }
  return {
    kernels: [...kernels]
      .map(([kernel, { calls, ms }]) => ({ kernel, calls: calls / STEPS, ms: ms / STEPS }))
      .sort((a, b) => b.ms - a.ms),
    layers: [...layers.values()].map(({ kernel, layer, calls, ms, operations }) => ({
      ...{ kernel, layer, calls: calls / STEPS, ms_per_call: ms / calls },
      gflops: (operations * calls) / ms / 1e6,
    })),
  };
}

function add<T extends object>(table: Map<string, Entry & T>, key: string, about: T, ms: number): void {
  const entry = table.get(key) ?? { ...about, calls: 0, ms: 0 };
  table.set(key, { ...entry, calls: entry.calls + 1, ms: entry.ms + ms });
}

/** The layer a convolution kernel worked on, and its floating point operations; undefined for other kernels. */
function convolution(name: string, inputs: (number[] | null)[], outputs: number[][]) {
  const shapes = [...inputs.slice(0, 2), outputs[0]] as number[][];
  const order = { Conv2D: [0, 1, 2], Conv2DBackpropInput: [2, 1, 0], Conv2DBackpropFilter: [0, 2, 1] }[name];
  if (!order) return undefined;
  const [x, filter, y] = order.map((i) => shapes[i]);
  const [kernel, , ci, co] = filter;
  const strides = Math.round(x[1] / y[1]);
  const shape = convShape(x, filter, { strides, pad: Math.floor(kernel / 2) });
  if (!shape) return undefined;
  return {
    layer: `${kernel}x${kernel}/${strides} ${ci}->${co} at ${x[1]}x${x[2]}`,
    operations: 2 * joins(shape).length * x[0] * ci * co,
  };
}
