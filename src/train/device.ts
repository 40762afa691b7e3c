// Health of the device that trains: lost adapters, exhausted memory, tensors alive. Not for choosing a backend.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { PlaygroundError } from '../core/errors';

let lost: GPUDeviceLostInfo | undefined;

/** Notes when the running WebGPU backend's device is lost. */
export function watchDevice(): void {
  const { device } = tf.backend() as WebGPUBackend;
  void device.lost.then((info) => (lost = info));
}

/** Tensors alive in the active backend; constant over steps when nothing leaks. */
export const tensorCount = (): number => tf.memory().numTensors;

/** The error to show for what a computation threw: lost device and exhausted memory named as such. */
export function explainDeviceError(error: unknown): unknown {
  if (error instanceof PlaygroundError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (lost)
    return new PlaygroundError(
      'device-lost',
      `The graphics device was lost (${lost.message || lost.reason}).`,
      'Reload the page and run again; choose the WASM backend if it happens again.',
      { cause: error },
    );
  if (/out of memory|memory access out of bounds|Cannot enlarge memory|allocation failed/i.test(message))
    return new PlaygroundError(
      'out-of-memory',
      'The device has no memory left for this batch.',
      'Choose a smaller batch and run the step again.',
      { cause: error },
    );
  return error;
}
