// ONNX Runtime Web's WASM backend as a contestant, on our exports of the same networks.
import * as ort from 'onnxruntime-web/wasm';
import { loadCheckpoint } from '../../../src/checkpoint/load';
import { parseInt8Model } from '../../../src/int8/serialize';
import { normalisedBytes } from '../../../src/core/image-spec';
import { CIFAR10 } from '../../../src/data/cifar10-spec';
import { floatToOnnx } from '../../../src/export/onnx-float';
import { int8ToQLinear } from '../../../src/export/onnx-qlinear';
import { fuse } from '../../../src/graph/fuse';
import { resnet18 } from '../../../src/graph/resnet18';
import type { Contestant, ContestantSpec, Setup } from './contestant';

const { h: SIDE, c: CHANNELS } = CIFAR10;
const NORMALISED = normalisedBytes(CIFAR10);

/** One image, uint8 HWC, as normalised float32 CHW. */
function planes(pixels: Uint8Array): Float32Array {
  const size = SIDE * SIDE;
  const values = new Float32Array(CHANNELS * size);
  for (let i = 0, from = 0; i < size; i++)
    for (let channel = 0; channel < CHANNELS; channel++)
      values[channel * size + i] = NORMALISED[pixels[from++] * CHANNELS + channel];
  return values;
}

export async function start(
  { model, threads }: Extract<ContestantSpec, { kind: 'ort' }>,
  { baseUrl, int8 }: Setup,
): Promise<Contestant> {
  ort.env.wasm.numThreads = threads;
  const file =
    model === 'int8'
      ? int8ToQLinear(parseInt8Model(int8))
      : floatToOnnx(fuse(resnet18()).graph, (await loadCheckpoint(`${baseUrl}checkpoint/`)).params);
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    freeDimensionOverrides: { N: 1 },
    logSeverityLevel: 3,
  });
  return {
    what: `onnxruntime-web (wasm), ${model === 'int8' ? 'INT8, QLinear operators' : 'FP32, batch norm folded'}`,
    threads: ort.env.wasm.numThreads,
    async logits(pixels) {
      const image = new ort.Tensor('float32', planes(pixels), [1, CHANNELS, SIDE, SIDE]);
      const { logits } = await session.run({ image });
      return logits.data as Float32Array;
    },
  };
}
