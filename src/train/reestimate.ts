// Batch norm's statistics re-estimated once training has ended: plain averages of what single batches have in the network as
// it is, where training kept moving averages over networks on the way. torch.optim.swa_utils.update_bn.
// Not for what else follows from them: follow-statistics.ts.
import * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../core/params';
import { normalizeImages } from '../data/normalize';
import type { ImageSource } from '../data/source';
import { tidy } from '../device/tidy';
import type { Graph } from '../graph/types';
import type { QatGraph } from '../quant/types';
import { imagesTensor } from './images-tensor';
import { DeviceState, type TrainState } from './state';
import { forwardTraining } from './train-forward';

/** More than training takes at a time: the variance of a small batch scatters. */
const BATCH = 64;

/** The first images of the training split, as they are. @param images wanted, which are filled up to whole batches */
export async function* plainBatches(data: ImageSource, images: number): AsyncGenerator<Float32Array> {
  const batches = Math.min(Math.ceil(images / BATCH), Math.floor(data.size('train') / BATCH));
  for (let i = 0; i < batches; i++) {
    const { pixels } = await data.images('train', i * BATCH, BATCH);
    yield normalizeImages(pixels, data.spec);
  }
}

/**
 * Mean over the batches of each batch norm's batch mean and unbiased batch variance, of the network that stands for what was
 * trained (its averages, where they are kept), fake-quantized as in a training step. All batches see the same network: the
 * running variance, by which the weights are scaled before they are quantized, stays until the last. (PyTorch changes it
 * on the way, which is the same where nothing is quantized.)
 * @param batches normalised NHWC images @returns by the names of the running statistics; empty where there are none
 */
export async function reestimateStatistics(
  graph: Graph | QatGraph,
  state: TrainState,
  batches: AsyncIterable<Float32Array>,
): Promise<ParamStore> {
  const device = new DeviceState(graph, { ...state, params: new Map([...state.params, ...state.averages]) });
  const mode = { bnFrozen: false, observersFrozen: state.observersFrozen, batchShare: 1 };
  const names = new Map([...device.running].map(([name, variable]) => [variable as tf.Variable, name]));
  const sums = new Map<string, Float64Array>();
  let count = 0;
  try {
    for await (const x of batches) {
      const updates = tidy(() => forwardTraining(graph, device, imagesTensor(x, graph), mode).updates.variables);
      try {
        for (const [variable, batch] of updates) {
          const name = names.get(variable);
          if (name === undefined) continue;
          const values = await batch.data<'float32'>();
          const sum = sums.get(name) ?? new Float64Array(values.length);
          values.forEach((value, c) => (sum[c] += value));
          sums.set(name, sum);
        }
      } finally {
        tf.dispose(updates.map(([, next]) => next));
      }
      count++;
    }
  } finally {
    device.dispose();
  }
  return new Map(
    [...sums].map(([name, sum]) => [name, { shape: [sum.length], data: Float32Array.from(sum, (v) => v / count) }]),
  );
}
