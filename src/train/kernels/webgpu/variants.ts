// Which convolutions a device gets: sums in registers without barriers (software adapters) or blocks in workgroup memory
// (real GPUs). Measured once per device on one convolution of the network.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { convForward } from './conv-forward';
import { convForwardTiled } from './conv-forward-tiled';
import type { ConvShape } from './conv-shape';
import { run, type Shader } from './run';

export type Variant = 'registers' | 'workgroup';

const chosen = new WeakMap<GPUDevice, Variant>();

/** Fewer samples than this would leave most of a workgroup's rows empty. */
const LEAST_SAMPLES = 8;

/** The variant for a convolution of n samples; registers until a choice was made. */
export function variantFor(device: GPUDevice, n: number): Variant {
  return n < LEAST_SAMPLES ? 'registers' : (chosen.get(device) ?? 'registers');
}

/** Makes the choice by hand. */
export function setVariant(device: GPUDevice, variant: Variant): void {
  chosen.set(device, variant);
}

const PROBE: ConvShape = {
  ...{ n: 16, h: 4, w: 4, ci: 64, xChannels: 64, oh: 4, ow: 4, co: 64 },
  ...{ kh: 3, kw: 3, sh: 1, sw: 1, padTop: 1, padLeft: 1 },
};
const RUNS = 3;

/** Times both variants on a small convolution and keeps the faster one for this device. */
export async function measureVariants(backend: WebGPUBackend): Promise<void> {
  const epilogue = { bias: false, relu: false };
  const registers = await least(backend, convForward(PROBE, epilogue));
  const workgroup = await least(backend, convForwardTiled(PROBE, epilogue));
  setVariant(backend.device, registers <= workgroup ? 'registers' : 'workgroup');
}

/** Least milliseconds of a few runs on zeros, after one that compiles. */
async function least(backend: WebGPUBackend, shader: Shader): Promise<number> {
  const { n, h, w, ci, oh, ow, co, kh, kw } = PROBE;
  const x = backend.makeTensorInfo([n, h, w, ci], 'float32');
  const filter = backend.makeTensorInfo([kh, kw, ci, co], 'float32');
  let best = Infinity;
  for (let i = 0; i <= RUNS; i++) {
    const start = performance.now();
    const [y] = run(backend, shader, [x, filter], [[n, oh, ow, co]]);
    backend.endComputePassEncoder();
    backend.ensureCommandEncoderReady();
    backend.submitQueue();
    await backend.queue.onSubmittedWorkDone();
    if (i > 0) best = Math.min(best, performance.now() - start);
    backend.disposeData(y.dataId);
  }
  [x, filter].forEach(({ dataId }) => backend.disposeData(dataId));
  return best;
}
