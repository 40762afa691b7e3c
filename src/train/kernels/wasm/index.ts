// Registers our WASM kernels into tfjs's backend 'wasm': stock names override, so tfjs's gradients follow. Only where it
// is called: a worker that measures tfjs itself never does. Not for starting the backend.
import { backend as tfjsBackend, getBackend } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { batchNorm } from './batch-norm';
import { batchNormGrad } from './batch-norm-grad';
import { conv2d } from './conv2d';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput } from './conv2d-backprop-input';
import { fakeQuant } from './fake-quant';
import { fakeQuantGrad } from './fake-quant-grad';
import { fakeQuantScaled, fakeQuantScaledGrad } from './fake-quant-scaled';
import { identity } from './identity';
import { register, runtimes } from './kernel';
import { maxPoolGrad } from './max-pool-grad';
import { isShared, loadModule } from './module';
import { observeHistogram } from './observe-histogram';
import { observeMinMax, observeScaled } from './observe-minmax';
import { startPool, type Pool } from './pool';
import { KernelRuntime, tfjsMemory, type KernelExports } from './runtime';
import { sgdMomentum } from './sgd-momentum';
import { runningStatistics, scaleFactor } from './vectors';

export interface WasmKernelOptions {
  /** Folder of the kernels' files, with a trailing slash; relative to the page or worker. */
  readonly wasmBase: string | URL;
  /** Threads in all, the calling one among them. More than 1 needs cross-origin isolation, else 1 are used. */
  readonly threads: number;
}

let pool: Pool | undefined;
let registered = false;

/**
 * Call after tf.setBackend('wasm') and tf.ready(). May be called again, with another number of threads or after the
 * backend was made anew. @throws PlaygroundError when the module cannot be loaded
 */
export async function registerWasmKernels({ wasmBase, threads }: WasmKernelOptions): Promise<void> {
  const backend = wasmBackend();
  const module = await loadModule(wasmBase, tfjsMemory(backend));
  await installKernels(backend, module, threads);
}

/** As registerWasmKernels, with the compiled module at hand. */
export async function installKernels(backend: BackendWasm, module: WebAssembly.Module, threads: number): Promise<void> {
  const memory = tfjsMemory(backend);
  pool?.end();
  pool = undefined;
  if (!registered) registerAll();
  registered = true;
  let runtime = runtimes.get(backend);
  if (!runtime) {
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    runtime = new KernelRuntime(backend, instance.exports as unknown as KernelExports, memory);
    runtimes.set(backend, runtime);
  }
  const control = runtime.shareWork(threads > 1 && isShared(memory));
  if (control !== null) pool = await startPool(threads - 1, { module, memory, control });
}

/** The running WASM backend. @throws when another backend runs */
export function wasmBackend(): BackendWasm {
  if (getBackend() !== 'wasm') throw new Error(`the wasm backend must run, not '${getBackend()}'`);
  return tfjsBackend() as BackendWasm;
}

function registerAll(): void {
  register(identity);
  register(conv2d);
  register(conv2dBackpropInput);
  register(conv2dBackpropFilter);
  register(maxPoolGrad);
  register(observeMinMax);
  register(fakeQuant);
  register(fakeQuantGrad);
  register(observeScaled);
  register(observeHistogram);
  register(fakeQuantScaled);
  register(fakeQuantScaledGrad);
  register(batchNorm);
  register(batchNormGrad);
  register(runningStatistics);
  register(scaleFactor);
  register(sgdMomentum);
}
