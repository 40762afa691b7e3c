// Chooses and starts tfjs's backend with our kernels, and says why in one sentence. Not for training.
import * as tf from '@tensorflow/tfjs';
import { PlaygroundError } from '../core/errors';
import { usefulThreads } from '../core/threads';
import type { RunOptions } from '../report/options';
import { watchDevice } from './device';
import { registerWebGpuKernels } from './kernels/webgpu';
import { startWebGpuBackend } from './kernels/webgpu/device';
import type { BackendInfo, WebGpuStatus } from './types';
import { sharesMemory, startWasm } from './wasm-backend';

interface Detected {
  readonly status: WebGpuStatus;
  readonly adapter: string;
}

const WHY: Readonly<Record<Exclude<WebGpuStatus, 'ok' | 'device-lost'>, string>> = {
  'no-api': 'this browser has no WebGPU',
  'no-adapter': 'WebGPU is there, but no graphics adapter can be used',
  software: 'WebGPU would run on a software adapter, which is slower than WASM',
};

export type AskedBackend = RunOptions['backend'];

/**
 * 'auto' takes WebGPU on a real adapter, else WASM.
 * @param wasmBase folder of the .wasm files, with a trailing slash
 * @param threads wanted on WASM
 * @throws PlaygroundError 'no-webgpu' when WebGPU was asked for and cannot be had
 */
export async function selectBackend(
  asked: AskedBackend,
  wasmBase: string,
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
  const used = backend === 'wasm' ? await startWasm(wasmBase, threads) : await startWebGpu();
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
 * A new backend in the place of the running one, whose device or thread was lost or whose memory ran out. Its tensors are
 * gone. Takes WASM where WebGPU was asked for and can no longer be had.
 */
export async function replaceBackend(asked: AskedBackend, wasmBase: string, threads?: number): Promise<BackendInfo> {
  const name = tf.getBackend();
  const make = tf.findBackendFactory(name);
  tf.removeBackend(name);
  tf.registerBackend(name, make);
  return selectBackend(asked, wasmBase, threads).catch(() => selectBackend('wasm', wasmBase, threads));
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

async function startWebGpu(): Promise<number> {
  const backend = await startWebGpuBackend();
  if (!backend)
    throw new PlaygroundError(
      'no-webgpu',
      'TensorFlow.js could not start WebGPU on this adapter.',
      'Choose the WASM backend.',
    );
  watchDevice(backend.device);
  await registerWebGpuKernels();
  return 1;
}
