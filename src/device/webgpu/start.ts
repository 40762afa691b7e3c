// The device tfjs's backend 'webgpu' runs on: the strongest adapter's, with the features our kernels know how to use and
// as many buffers per shader as it gives. tfjs's own device has neither. Not for watching a device: ../start/health.ts.
import { backend, findBackendFactory, ready, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { watchShaders } from './scopes';

/** Used where the adapter has them: tfjs times kernels with the first, our convolutions share loads through the second. */
const FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];
/** Raised to what the adapter has: those tfjs relies on, and the buffers of one shader. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBuffersPerShaderStage',
] as const;
/** tfjs's own, above WASM's and the CPU's. */
const PRIORITY = 3;

/** Makes 'webgpu', on our device, tfjs's running backend. @returns undefined where it cannot be had */
export async function startWebGpuBackend(): Promise<WebGPUBackend | undefined> {
  putInPlace();
  if (!(await setBackend('webgpu'))) return undefined;
  await ready();
  return backend() as WebGPUBackend;
}

/** Puts our device in the place of tfjs's, once. */
function putInPlace(): void {
  const registered = findBackendFactory('webgpu') as typeof makeBackend | null;
  if (registered === makeBackend) return;
  if (registered) removeBackend('webgpu');
  registerBackend('webgpu', makeBackend, PRIORITY);
}

async function makeBackend(): Promise<WebGPUBackend> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU has no adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  watchShaders(device);
  return new WebGPUBackend(device, adapter.info);
}
