// One training step by kernel, and its convolutions by layer, from tfjs's own profiler (on WebGPU: timestamp queries).
// The sum is less than a step's time: it leaves out JavaScript between kernels, and transfers.
import * as tf from '@tensorflow/tfjs';
import { convShape } from '../../src/device/conv-shape';
import { joins } from '../../src/device/wasm/conv-taps';
import { median } from '../../src/report/statistics';

/** All calls of one kernel in a step: median and least over the steps. */
export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly ms: number;
  readonly min_ms: number;
}

/** One call of a kernel on a layer of one shape. Operations are those of live taps: padding is not counted. */
export interface LayerTime {
  readonly kernel: string;
  readonly layer: string;
  /** Layers of that shape. */
  readonly calls: number;
  readonly ms: number;
  readonly min_ms: number;
  /** By the median. */
  readonly gflops: number;
}

export interface Profile {
  readonly kernels: readonly KernelTime[];
  readonly layers: readonly LayerTime[];
}

const STEPS = 7;
/** tfjs lists every op with a gradient of its own under this name too, beside the kernels within. */
const CUSTOM_GRADIENT = 'forward';

/** @param step runs one training step */
export async function profile(step: () => Promise<number>): Promise<Profile> {
  const kernels = new Map<string, { calls: number; times: number[] }>();
  const layers = new Map<string, { kernel: string; layer: string; operations: number; times: number[] }>();
  for (let i = 0; i < STEPS; i++) {
    const info = await tf.engine().profile(step);
    for (const { name, inputShapes, outputShapes, kernelTimeMs } of info.kernels) {
      if (name === CUSTOM_GRADIENT) continue;
      const ms = kernelTimeMs as number;
      const entry = kernels.get(name) ?? { calls: 0, times: new Array<number>(STEPS).fill(0) };
      entry.calls++;
      entry.times[i] += ms;
      kernels.set(name, entry);
      const call = convolution(name, inputShapes, outputShapes);
      if (!call) continue;
      const key = `${name} ${call.layer}`;
      const layer = layers.get(key) ?? { kernel: name, ...call, times: [] };
      layer.times.push(ms);
      layers.set(key, layer);
    }
  }
  return {
    kernels: [...kernels]
      .map(([kernel, { calls, times }]) => ({ kernel, calls: calls / STEPS, ...statistics(times) }))
      .sort((a, b) => b.ms - a.ms),
    layers: [...layers.values()].map(({ kernel, layer, operations, times }) => ({
      ...{ kernel, layer, calls: times.length / STEPS },
      ...statistics(times),
      gflops: operations / median(times) / 1e6,
    })),
  };
}

const statistics = (times: number[]) => ({ ms: median(times), min_ms: Math.min(...times) });

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
