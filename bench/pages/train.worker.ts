// Times whole training steps of the real network on real images, on one backend: ours (FP32 and QAT in turn, then QAT
// by kernel) or stock tfjs. Not for comparing: bench/train.ts does that.
import * as tf from '@tensorflow/tfjs';
import { expose } from 'comlink';
import { loadCheckpoint } from '../../src/checkpoint/load';
import { trainBatches } from '../../src/data/batches';
import { openCifar10 } from '../../src/data/cifar10';
import { selectBackend } from '../../src/device/start/backend';
import { startStockWasm } from '../../src/device/start/wasm';
import { registerWasmKernels } from '../../src/device/wasm';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { prepareQat } from '../../src/quant/prepare';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import { convolutionsOf } from '../../src/train/convolutions';
import { Trainer, type Batch } from '../../src/train/trainer';
import { StockTrainer } from './train-stock';
import { profile, type Profile } from './train-profile';

export interface TrainTask {
  readonly backend: 'wasm' | 'webgpu';
  readonly kernels: 'ours' | 'stock';
  /** WASM only. */
  readonly threads: number;
  readonly batch: number;
  readonly warmUp: number;
  readonly repeats: number;
}

/** Milliseconds of each repeat by what ran: 'fp32' and 'qat' steps; stock tfjs-wasm, which cannot train, 'forward'. */
export interface TrainFigures {
  readonly times: Readonly<Record<string, number[]>>;
  /** Of the last repeat. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of a QAT step; null for stock kernels. */
  readonly profile: Profile | null;
}

const BASE = new URL('/', location.href).href;
const SGD = { lr: 1e-3, momentum: 0.9, weightDecay: 1e-4 };
const MODE = { bnFrozen: false, observersFrozen: false };

type Run = (batch: Batch) => Promise<number>;

async function start({ backend, kernels, threads }: TrainTask): Promise<void> {
  if (backend === 'wasm') {
    await startStockWasm(`${BASE}wasm/`, threads);
    if (kernels === 'ours') await registerWasmKernels({ wasmBase: `${BASE}wasm/`, threads });
  } else if (kernels === 'ours')
    await selectBackend('webgpu', { wasmBase: `${BASE}wasm/`, convolutions: convolutionsOf(resnet18()) });
  else {
    await tf.setBackend('webgpu');
    await tf.ready();
  }
}

async function subjects({ backend, kernels }: TrainTask): Promise<Record<string, Run>> {
  const { params } = await loadCheckpoint(`${BASE}checkpoint/`);
  if (kernels === 'stock') {
    const stock = new StockTrainer(params);
    return backend === 'wasm' ? { forward: (batch) => stock.forward(batch) } : { fp32: (batch) => stock.step(batch) };
  }
  const fused = fuse(resnet18()).graph;
  const qat = prepareQat(fused, getDefaultQatQConfig('fbgemm'), { fuseAddRelu: true });
  const step = (graph: typeof fused): Run => {
    const trainer = new Trainer(graph, { params });
    return async (batch) => (await trainer.trainStep(batch, SGD, MODE)).loss;
  };
  return { fp32: step(fused), qat: step(qat) };
}

async function measure(task: TrainTask): Promise<TrainFigures> {
  await start(task);
  const runs = await subjects(task);
  const batches = trainBatches(await openCifar10(`${BASE}data/`), { batch: task.batch, seed: 0 });
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  const losses: Record<string, number> = {};
  for (let repeat = -task.warmUp; repeat < task.repeats; repeat++) {
    const { value: batch } = await batches.next();
    for (const [name, run] of Object.entries(runs)) {
      const begin = performance.now();
      losses[name] = await run(batch);
      if (repeat >= 0) times[name].push(performance.now() - begin);
    }
  }
  const { value: batch } = await batches.next();
  return { times, losses, profile: runs.qat ? await profile(() => runs.qat(batch)) : null };
}

expose({ measure });
