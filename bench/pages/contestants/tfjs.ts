// Stock TensorFlow.js with the best float graph it allows as a contestant: batch norm folded, fused conv + bias + ReLU.
import { CIFAR10 } from '../../../src/data/cifar10-spec';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { loadCheckpoint } from '../../../src/checkpoint/load';
import { normalizeImages } from '../../../src/data/normalize';
import { fuse } from '../../../src/graph/fuse';
import { resnet18 } from '../../../src/graph/resnet18';
import { startStockWasm } from '../../../src/device/start/wasm';
import { logitsOf } from '../../../src/train/evaluate';
import { FloatModel } from '../../../src/train/float-model';
import type { Contestant, ContestantSpec, Setup } from './contestant';

export async function start(
  { backend, threads }: Extract<ContestantSpec, { kind: 'tfjs' }>,
  { baseUrl }: Setup,
): Promise<Contestant> {
  if (backend === 'wasm') await startStockWasm(`${baseUrl}wasm/`, threads);
  else await tf.setBackend('webgpu');
  if (tf.getBackend() !== backend) throw new Error(`tfjs runs on ${tf.getBackend()}, not on ${backend}`);
  const { params } = await loadCheckpoint(`${baseUrl}checkpoint/`);
  const model = new FloatModel(fuse(resnet18()).graph, params);
  return {
    what: `tfjs-${backend}, FP32, fused graph`,
    threads: backend === 'wasm' ? getThreadsCount() : 1,
    logits: (pixels) => logitsOf(model, normalizeImages(pixels, CIFAR10)),
  };
}
