// Chooses and starts tfjs's backend with our kernels, and says why in one sentence. Not for training.
import * as tf from '@tensorflow/tfjs';
import { PlaygroundError } from '../../core/errors';
import { usefulThreads } from '../../core/threads';
import type { AskedBackend, BackendInfo, WebGpuStatus } from '../backend-info';
import type { Convolution } from '../conv-shape';
import { registerWebGpuKernels } from '../webgpu';
import { KernelRejected } from '../webgpu/scopes';
import { startWebGpuBackend } from '../webgpu/start';
import { giveUpVariant } from '../webgpu/variants';
import { checkDevice, watchDevice } from './health';
import { sharesMemory, startWasm } from './wasm';

interface Detected {
  readonly status: WebGpuStatus;
  readonly adapter: string;
}

const WHY: Readonly<Record<Exclude<WebGpuStatus, 'ok' | 'device-lost' | 'failed'>, string>> = {
  'no-api': 'this browser has no WebGPU',
  'no-adapter': 'WebGPU is there, but no graphics adapter can be used',
  software: 'WebGPU would run on a software adapter, which is slower than WASM',
};

/** What every start of a backend needs. */
export interface Surroundings {
  /** Folder of the .wasm files, with a trailing slash. */
  readonly wasmBase: string;
  /** The convolutions that WebGPU's kernels are tuned for. */
  readonly convolutions: readonly Convolution[];
}

/**
 * In the place of the backend that runs, if one does. 'auto' takes WebGPU on a real adapter, else WASM. Where WebGPU rejects a kernel at once, as replaceBackend.
 * @param threads wanted on WASM
 * @throws PlaygroundError 'no-webgpu' when WebGPU was asked for and cannot be had
 */
export async function selectBackend(
  asked: AskedBackend,
  place: Surroundings,
  threads = usefulThreads(navigator.hardwareConcurrency),
): Promise<BackendInfo> {
  const { status, adapter } = await detectWebGpu();
  const available = status === 'ok' || status === 'software';
  if (asked === 'webgpu' && !available)
    throw new PlaygroundError(
      'no-webgpu',
      `WebGPU was asked for, but ${WHY[status as 'no-api' | 'no-adapter']}.`,
      'Choose the WASM backend, or a browser and machine with WebGPU.',
    );
  const backend = asked === 'webgpu' || (asked === 'auto' && status === 'ok') ? 'webgpu' : 'wasm';
  freeBackend();
  let used: number;
  try {
    used = backend === 'wasm' ? await startWasm(place.wasmBase, threads) : await startWebGpu(place.convolutions);
  } catch (error) {
    if (!(error instanceof KernelRejected)) throw error;
    return withoutKernel(asked, place, error);
  }
  return {
    backend,
    webgpu: status,
    reason: reasonFor(backend, asked, status),
    adapter: backend === 'webgpu' ? adapter : '',
    threads: used,
    sharedMemory: backend === 'wasm' ? sharesMemory() : globalThis.crossOriginIsolated,
  };
}

/**
 * A new backend in the place of the running one, whose tensors are gone: WebGPU again where that can help, else WASM.
 * @param asked by the visitor; @param before what is replaced
 * @param trouble why: 'device-lost', 'device-failed', 'thread-lost', 'out-of-memory'
 */
export async function replaceBackend(
  asked: AskedBackend,
  place: Surroundings,
  before: BackendInfo,
  trouble: PlaygroundError,
): Promise<BackendInfo> {
  if (trouble.code === 'device-failed') return withoutKernel(asked, place, trouble);
  if (trouble.code === 'device-lost') {
    const again = before.webgpu === 'device-lost';
    const next = await startAnew(again ? 'wasm' : asked, place);
    const successor = next.backend === 'webgpu' ? 'A new one' : 'WASM';
    return { ...next, webgpu: 'device-lost', reason: `The graphics device was lost. ${successor} has taken over.` };
  }
  // The same once more; what took over from WebGPU stays, and so does what was said of it.
  const tookOver = before.backend === 'wasm' && (before.webgpu === 'device-lost' || before.webgpu === 'failed');
  const lost = trouble.code === 'thread-lost';
  // What stopped one thread may stop more.
  const threads = lost ? Math.floor(before.threads / 2) : before.threads;
  const next = await startAnew(tookOver ? 'wasm' : asked, place, before.backend === 'wasm' ? threads : undefined);
  const { webgpu, reason } = tookOver ? before : next;
  if (!lost) return { ...next, webgpu, reason };
  const left = next.threads === 1 ? '1 thread goes' : `${next.threads} threads go`;
  return { ...next, webgpu, reason: `A thread stopped; ${left} on with the work. ${reason}` };
}

/** After a kernel failed: WebGPU with another variant of it where there is one, else WASM. */
async function withoutKernel(asked: AskedBackend, place: Surroundings, trouble: PlaygroundError): Promise<BackendInfo> {
  const others = trouble instanceof KernelRejected && trouble.variant && giveUpVariant(trouble.variant);
  const next = await startAnew(others ? asked : 'wasm', place);
  if (!others) return { ...next, webgpu: 'failed', reason: `${trouble.message} WASM has taken over.` };
  if (next.backend === 'wasm') return next;
  return { ...next, reason: `${trouble.message} Another variant of it has taken over.` };
}

/** @param threads on WASM: as selectBackend */
async function startAnew(asked: AskedBackend, place: Surroundings, threads?: number): Promise<BackendInfo> {
  const onWasm = () => selectBackend('wasm', place, threads);
  return asked === 'wasm' ? onWasm() : selectBackend(asked, place, threads).catch(onWasm);
}

/** Frees what the running backend holds; it can be started again. */
function freeBackend(): void {
  const name = tf.getBackend();
  // None runs at first, nor where nothing could take over so far.
  if (!name) return;
  const make = tf.findBackendFactory(name);
  tf.removeBackend(name);
  tf.registerBackend(name, make);
}

function reasonFor(backend: 'webgpu' | 'wasm', asked: string, status: WebGpuStatus): string {
  if (backend === 'webgpu')
    return status === 'software' ? 'WebGPU on a software adapter, as asked.' : 'WebGPU on your graphics adapter.';
  if (asked === 'wasm') return 'WASM, as asked.';
  return `WASM: ${WHY[status as keyof typeof WHY]}.`;
}

async function detectWebGpu(): Promise<Detected> {
  if (!('gpu' in navigator)) return { status: 'no-api', adapter: '' };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return { status: 'no-adapter', adapter: '' };
  const { vendor, architecture, device, description } = adapter.info;
  const name = [vendor, architecture, device, description].filter(Boolean).join(' ');
  const software = adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|basic render|software/i.test(name);
  return { status: software ? 'software' : 'ok', adapter: name };
}

async function startWebGpu(convolutions: readonly Convolution[]): Promise<number> {
  const backend = await startWebGpuBackend();
  if (!backend)
    throw new PlaygroundError(
      'no-webgpu',
      'TensorFlow.js could not start WebGPU on this adapter.',
      'Choose the WASM backend.',
    );
  watchDevice(backend.device);
  await registerWebGpuKernels(convolutions);
  await checkDevice();
  return 1;
}
