// What train-step.spec.ts runs in the page: training steps of the whole network on WebGPU from the committed weights.
import * as tf from '@tensorflow/tfjs';
import { loadCheckpoint } from '../../src/checkpoint/load';
import type { SgdAttrs } from '../../src/device/contract';
import type { Graph } from '../../src/graph/types';
import type { QatGraph } from '../../src/quant/types';
import { toTorch } from '../../src/train/layout';
import type { ForwardMode } from '../../src/train/train-forward';
import { Trainer } from '../../src/train/trainer';
import { setUp } from './webgpu-kernels';

/** Plain data: it crosses from Node into the page. */
export interface Task {
  readonly graph: Graph | QatGraph;
  readonly mode: ForwardMode;
  readonly rates: SgdAttrs;
  readonly batches: readonly { readonly x: number[]; readonly y: number[] }[];
  /** Parameters whose gradients are wanted, at those flat indices of PyTorch's layout; null: all of it. */
  readonly samples: Readonly<Record<string, number[] | null>>;
}

export interface Outcome {
  readonly gradients: Readonly<Record<string, number[]>>;
  readonly losses: number[];
  /** Tensors alive after the steps less those before. */
  readonly leaked: number;
}

/** Gradients of the first batch, then one step per batch. */
export async function trainSteps({ graph, mode, rates, batches, samples }: Task): Promise<Outcome> {
  await setUp();
  const { params } = await loadCheckpoint('/checkpoint/');
  const arrays = batches.map(({ x, y }) => ({ x: Float32Array.from(x), y: Uint8Array.from(y) }));
  const trainer = new Trainer(graph, { params });
  const { loss, grads } = trainer.gradients(arrays[0], mode);
  const gradients: Record<string, number[]> = {};
  for (const [name, grad] of grads) {
    const { data } = toTorch({ shape: grad.shape, data: (await grad.data()) as Float32Array });
    gradients[name] = samples[name]?.map((i) => data[i]) ?? [...data];
  }
  tf.dispose([loss, ...grads.values()]);
  const tensors = tf.memory().numTensors;
  const losses: number[] = [];
  for (const batch of arrays) losses.push((await trainer.trainStep(batch, rates, mode)).loss);
  const leaked = tf.memory().numTensors - tensors;
  trainer.dispose();
  return { gradients, losses, leaked };
}
