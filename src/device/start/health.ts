// Health of the device that trains: lost adapters, rejected and failing kernels, exhausted memory, tensors alive.
// Not for choosing a backend.
import * as tf from '@tensorflow/tfjs';
import { PlaygroundError } from '../../core/errors';
import { firstRejected } from '../webgpu/scopes';

/** What is wrong with the running device, once it is. */
let trouble: PlaygroundError | undefined;

/** From now on this device is the running one; none on backends without. */
export function watchDevice(device?: GPUDevice): void {
  trouble = undefined;
  watched = device;
  void device?.lost.then(({ message, reason }) => note(device, lostDevice(message || reason)));
  device?.addEventListener('uncapturederror', ({ error }) =>
    note(device, error instanceof GPUOutOfMemoryError ? outOfMemory(error) : failedDevice(error)),
  );
}
let watched: GPUDevice | undefined;

/** Allocation as tfjs's WASM module offers it. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** From now on an allocation that fails is an error; tfjs would work on at address 0. */
export function watchAllocations(module: Allocator): void {
  // The first call puts the real function in the place of a stub.
  module._free(module._malloc(1));
  const malloc = module._malloc;
  module._malloc = (bytes) => {
    const address = malloc(bytes);
    if (address === 0) throw outOfMemory(new Error(`malloc(${bytes}) failed`));
    return address;
  };
}

/** Of a device that was replaced nothing matters any more. */
function note(device: GPUDevice, error: PlaygroundError): void {
  if (device === watched) trouble ??= error;
}

/**
 * To be asked after a read-back, before its values are believed: then it waits for nothing once all shaders are known.
 * @throws PlaygroundError 'device-lost', 'device-failed' or 'out-of-memory' when the device's results cannot be trusted
 */
export async function checkDevice(): Promise<void> {
  // It names the kernel; what follows from it does not.
  const rejected = watched && (await firstRejected(watched));
  if (rejected ?? trouble) throw rejected ?? trouble;
}

/** Tensors alive in the active backend; constant over steps when nothing leaks. */
export const tensorCount = (): number => tf.memory().numTensors;

/**
 * Runs work on the device.
 * @throws PlaygroundError as checkDevice for what the device did, anything else as it was thrown
 */
export async function onDevice<T>(work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await checkDevice();
    return result;
  } catch (error) {
    // What is thrown may follow from what the device computed: a loss that runs away, say.
    await checkDevice();
    if (error instanceof PlaygroundError) throw error;
    // A lost device fails its calls a little before it is said to be lost.
    await Promise.race([watched?.lost, new Promise((resolve) => setTimeout(resolve, GRACE))]);
    await checkDevice();
    throw explainError(error);
  }
}
/** Milliseconds. */
const GRACE = 500;

/** Exhausted memory named as such; anything else as it is. */
function explainError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const exhausted =
    /out of memory|cannot enlarge memory|allocation failed|could not allocate|memory access out of bounds/i;
  return exhausted.test(message) ? outOfMemory(error) : error;
}

function lostDevice(why: string): PlaygroundError {
  return new PlaygroundError(
    'device-lost',
    `The graphics device was lost (${why}).`,
    'Press Retry; if it happens again, choose the WASM backend.',
  );
}

/** @param error of kind internal or validation; the browser's text quotes the label of what it is about */
function failedDevice(error: GPUError): PlaygroundError {
  const [, kernel] = /"([^"|]+)/.exec(error.message) ?? [];
  const where = kernel ? ` in the kernel ${kernel}` : '';
  return new PlaygroundError('device-failed', `WebGPU failed${where}.`, 'Choose the WASM backend.', { cause: error });
}

function outOfMemory(cause: unknown): PlaygroundError {
  return new PlaygroundError(
    'out-of-memory',
    'The device has no memory left for this batch.',
    'Press Retry, with a smaller batch where it is still open. What was learned is kept.',
    { cause },
  );
}
