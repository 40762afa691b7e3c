// What webgpu-simulation.spec.ts runs in the page: the simulated (fake-quantized) network in evaluation mode on WebGPU.
import * as tf from '@tensorflow/tfjs';
import { loadCheckpoint } from '../../src/checkpoint/load';
import { normalizeImages } from '../../src/data/normalize';
import type { QatGraph } from '../../src/quant/types';
import { FloatModel } from '../../src/train/float-model';
import { setUp } from './webgpu-kernels';

/** Plain data: it crosses from Node into the page. */
export interface Simulation {
  readonly graph: QatGraph;
  readonly ranges: readonly { readonly key: string; readonly min: number[]; readonly max: number[] }[];
  /** uint8 [n][32][32][3]. */
  readonly pixels: number[];
}

/** The real values of every node's output, [n, ...] NHWC, by node id. */
export async function simulate({ graph, ranges, pixels }: Simulation): Promise<Record<string, number[]>> {
  await setUp();
  const { params } = await loadCheckpoint('/checkpoint/');
  const observed = ranges.map(
    ({ key, min, max }) => [key, { min: Float32Array.from(min), max: Float32Array.from(max) }] as const,
  );
  const model = new FloatModel(graph, params, new Map(observed));
  const x = tf.tensor4d(normalizeImages(Uint8Array.from(pixels)), [pixels.length / 3072, 32, 32, 3]);
  const kept = new Map<string, tf.Tensor>();
  model.predict(x, (id, output) => kept.set(id, tf.keep(tf.clone(output)))).dispose();
  const outputs: Record<string, number[]> = {};
  for (const [id, output] of kept) outputs[id] = [...((await output.data()) as Float32Array)];
  tf.dispose([x, ...kept.values()]);
  model.dispose();
  return outputs;
}
