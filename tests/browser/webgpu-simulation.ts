// What webgpu-simulation.spec.ts runs in the page: the simulated (fake-quantized) network in evaluation mode on WebGPU.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import * as tf from '@tensorflow/tfjs';
import { loadCheckpoint } from '../../src/checkpoint/load';
import { normalizeImages } from '../../src/data/normalize';
import type { QParams } from '../../src/core/qparams';
import type { Graph } from '../../src/graph/types';
import { FloatModel } from '../../src/train/float-model';
import { setUp } from './webgpu-kernels';

/** Plain data: it crosses from Node into the page. */
export interface Simulation {
  readonly graph: Graph;
  readonly activations: readonly [id: string, q: QParams][];
  readonly weights: readonly {
    readonly id: string;
    readonly scales: number[];
    readonly zeroPoints: number[];
    readonly qmin: number;
    readonly qmax: number;
  }[];
  /** uint8 [n][32][32][3]. */
  readonly pixels: number[];
}

/** The real values of every node's output, [n, ...] NHWC, by node id. */
export async function simulate({ graph, activations, weights, pixels }: Simulation): Promise<Record<string, number[]>> {
  await setUp();
  const { params } = await loadCheckpoint('/checkpoint/');
  const frozen = weights.map(({ id, scales, zeroPoints, qmin, qmax }) => {
    const q = { scales: Float32Array.from(scales), zeroPoints: Int32Array.from(zeroPoints), qmin, qmax };
    return [id, { q }] as const;
  });
  const model = new FloatModel(graph, params, { activations: new Map(activations), weights: new Map(frozen) });
  const x = tf.tensor4d(normalizeImages(Uint8Array.from(pixels), CIFAR10), [pixels.length / 3072, 32, 32, 3]);
  const kept = new Map<string, tf.Tensor>();
  model.predict(x, (id, output) => kept.set(id, tf.keep(tf.clone(output)))).dispose();
  const outputs: Record<string, number[]> = {};
  for (const [id, output] of kept) outputs[id] = [...((await output.data()) as Float32Array)];
  tf.dispose([x, ...kept.values()]);
  model.dispose();
  return outputs;
}
