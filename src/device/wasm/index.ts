// Registers our WASM kernels into tfjs's backend 'wasm': stock names override, so tfjs's gradients follow. Only where it
// is called: a worker that measures tfjs itself never does. Not for starting the backend.
import { backend as tfjsBackend, getBackend, type TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Patience, type Threads } from '../../core/threads';
import type { Kernels } from '../contract';
import { registerKernels } from '../register';
import { adam } from './adam';
import { batchNorm } from './batch-norm';
import { batchNormGrad } from './batch-norm-grad';
import { conv2d } from './conv2d';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput } from './conv2d-backprop-input';
import { fakeQuant } from './fake-quant';
import { fakeQuantGrad } from './fake-quant-grad';
import { fakeQuantLearnedGrad } from './fake-quant-learned-grad';
import { fakeQuantScaled, fakeQuantScaledGrad } from './fake-quant-scaled';
import { fusedConv2d } from './fused-conv2d';
import { identity } from './identity';
import { runOnRuntime, runtimes } from './kernel';
import { maxPool } from './max-pool';
import { maxPoolGrad } from './max-pool-grad';
import { instantiateKernels, isShared, loadModule } from './module';
import { observeHistogram } from './observe-histogram';
import { observeMinMax, observeScaled } from './observe-minmax';
import { startPool } from './pool';
import { relu } from './relu';
import { roundingStep, softWeight } from './rounding';
import { KernelRuntime, tfjsMemory } from './runtime';
import { sgdMomentum } from './sgd-momentum';
import { runningStatistics, scaleFactor } from './vectors';

export interface WasmKernelOptions {
  /** Folder of the kernels' files, with a trailing slash; relative to the page or worker. */
  readonly wasmBase: string;
  /** Wanted threads, the calling one among them. More than 1 needs tfjs's build with shared memory. */
  readonly threads: number;
}

const KERNELS: Kernels<KernelRuntime, TensorInfo> = {
  Identity: identity,
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  Relu: relu,
  QatObserveMinMax: observeMinMax,
  QatFakeQuant: fakeQuant,
  QatFakeQuantGrad: fakeQuantGrad,
  QatFakeQuantLearnedGrad: fakeQuantLearnedGrad,
  QatObserveScaled: observeScaled,
  QatObserveHistogram: observeHistogram,
  QatFakeQuantScaled: fakeQuantScaled,
  QatFakeQuantScaledGrad: fakeQuantScaledGrad,
  QatBatchNorm: batchNorm,
  QatBatchNormGrad: batchNormGrad,
  QatRunningStatistics: runningStatistics,
  QatScaleFactor: scaleFactor,
  QatSoftWeight: softWeight,
  QatRoundingStep: roundingStep,
  QatSgdMomentum: sgdMomentum,
  QatAdam: adam,
};

let pool: Threads | undefined;

/**
 * Call after tf.setBackend('wasm') and tf.ready(). May be called again, with another number of threads or after the
 * backend was made anew; it must be made anew once a kernel threw 'thread-lost'.
 * @returns threads used, fewer than wanted where some could not be started
 * @throws PlaygroundError when the module cannot be loaded
 */
export async function registerWasmKernels({ wasmBase, threads }: WasmKernelOptions): Promise<number> {
  const backend = wasmBackend();
  const module = await loadModule(wasmBase, tfjsMemory(backend));
  return installKernels(backend, module, threads);
}

/** As registerWasmKernels, with the compiled module at hand. */
export async function installKernels(
  backend: BackendWasm,
  module: WebAssembly.Module,
  threads: number,
): Promise<number> {
  const memory = tfjsMemory(backend);
  pool?.end();
  pool = undefined;
  registerKernels('wasm', KERNELS, runOnRuntime);
  const runtime = runtimes.get(backend) ?? makeRuntime(backend, module, memory);
  const others = isShared(memory) ? threads - 1 : 0;
  pool = await startPool(others, { module, memory }, () => runtime.threadStopped());
  const control = runtime.shareWork(pool.count > 0);
  pool.enter(() => control);
  return 1 + pool.count;
}

function makeRuntime(backend: BackendWasm, module: WebAssembly.Module, memory: WebAssembly.Memory): KernelRuntime {
  const runtime = new KernelRuntime(backend, instantiateKernels(module, memory, new Patience().stalled), memory);
  runtimes.set(backend, runtime);
  return runtime;
}

/** The running WASM backend. @throws when another backend runs */
export function wasmBackend(): BackendWasm {
  if (getBackend() !== 'wasm') throw new Error(`the wasm backend must run, not '${getBackend()}'`);
  return tfjsBackend() as BackendWasm;
}
