// Training steps of the whole network on WebGPU, in the page: time of a step, and of each kernel on the device.
// Not for other backends; the table is put together outside.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { loadCheckpoint } from '../../src/checkpoint/load';
import { Rng } from '../../src/core/rng';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { prepareQat } from '../../src/quant/prepare';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import { selectBackend } from '../../src/train/backend';
import { Trainer, type Batch } from '../../src/train/trainer';

export interface Options {
  /** FP32 fine-tuning, or QAT with the default fake-quants and observers on. */
  readonly kind: 'fp32' | 'qat';
  readonly batch: number;
  /** Steps that are timed, after one that compiles. */
  readonly steps: number;
  /** Whether one more step is run with a timestamp around each dispatch. */
  readonly profile: boolean;
}

export interface Measured {
  readonly step_ms: number[];
  /** Until everything was handed to the device. */
  readonly record_ms: number[];
  readonly losses: number[];
  /** Device time by kernel, the longest first; empty without a profile. */
  readonly kernels: { readonly name: string; readonly calls: number; readonly ms: number }[];
}

const RATES = { lr: 1e-3, momentum: 0.9, weightDecay: 1e-4 };
const MODE = { bnFrozen: false, observersFrozen: false };

/** Steps on noise: time does not depend on the images. */
export async function measure({ kind, batch, steps, profile }: Options): Promise<Measured> {
  await selectBackend('webgpu', '/wasm/');
  const { params } = await loadCheckpoint('/checkpoint/');
  const { graph } = fuse(resnet18());
  const trainer = new Trainer(
    kind === 'fp32' ? graph : prepareQat(graph, getDefaultQatQConfig('fbgemm'), { fuseAddRelu: true }),
    { params },
  );
  const [step_ms, record_ms, losses]: number[][] = [[], [], []];
  for (let step = 0; step <= steps; step++) {
    const start = performance.now();
    const done = trainer.trainStep(noise(batch, step), RATES, MODE);
    const recorded = performance.now();
    losses.push((await done).loss);
    if (step === 0) continue;
    record_ms.push(recorded - start);
    step_ms.push(performance.now() - start);
  }
  const kernels = profile ? await profiled(trainer, noise(batch, steps + 1)) : [];
  trainer.dispose();
  return { step_ms, record_ms, losses, kernels };
}

function noise(images: number, seed: number): Batch {
  const rng = new Rng(seed);
  const x = Float32Array.from({ length: images * 32 * 32 * 3 }, () => rng.below(4096) / 1024 - 2);
  return { x, y: Uint8Array.from({ length: images }, () => rng.below(10)) };
}

async function profiled(trainer: Trainer, batch: Batch): Promise<Measured['kernels']> {
  let done!: Promise<unknown>;
  const times = await (tf.backend() as WebGPUBackend).time(() => {
    done = trainer.trainStep(batch, RATES, MODE);
  });
  await done;
  const sums = new Map<string, { name: string; calls: number; ms: number }>();
  const text = (times as unknown as { getExtraProfileInfo(): string }).getExtraProfileInfo();
  for (const [name, ms] of text.split(', ').map((entry) => entry.split(': '))) {
    const sum = sums.get(name) ?? { name, calls: 0, ms: 0 };
    sums.set(name, { name, calls: sum.calls + 1, ms: sum.ms + Number(ms) });
  }
  return [...sums.values()].sort((a, b) => b.ms - a.ms);
}
