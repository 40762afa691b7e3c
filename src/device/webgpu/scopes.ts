// Hears what a browser has against shaders. On our device every module and pipeline, tfjs's own as well, is made within
// error scopes, whose answers come later: a shader that was rejected computes nothing, and nothing else says so.
// Not for what follows from it: ../start/health.ts.
import { PlaygroundError } from '../../core/errors';
import { VARIANTS, type Variant } from './variants';

/** A shader that the browser or the driver did not take. */
export class KernelRejected extends PlaygroundError {
  /**
   * @param kernel its name
   * @param variant which of the kernel's variants, where it has several
   * @param cause what the browser says
   */
  constructor(
    readonly kernel: string,
    readonly variant: Variant | undefined,
    cause: GPUError,
  ) {
    super(
      'device-failed',
      `WebGPU rejected the kernel ${kernel}${variant ? ` (${variant})` : ''}.`,
      'Choose the WASM backend.',
      { cause },
    );
  }
}

/** The label of a shader: its kernel and variant, and what else tells it from others. */
export const labelOf = (kernel: string, variant: Variant | undefined, key: string): string =>
  [kernel, variant, key].filter((part) => part !== undefined).join('|');

function rejected(label: string, error: GPUError): KernelRejected {
  const [kernel, variant] = label.split('|');
  return new KernelRejected(
    kernel,
    VARIANTS.find((name) => name === variant),
    error,
  );
}

interface Watch {
  /** Scopes that have not answered yet. */
  readonly open: Set<Promise<void>>;
  first?: KernelRejected;
  /** While a trial lasts its scopes are those that hear. */
  trial: boolean;
}
const watches = new WeakMap<GPUDevice, Watch>();

/** From now on shaders of this device are made within scopes. Once for each device, before anything is compiled. */
export function watchShaders(device: GPUDevice): void {
  const watch: Watch = { open: new Set(), trial: false };
  watches.set(device, watch);
  const scoped = <T>(label = 'of unknown name', make: () => T): T => {
    if (watch.trial) return make();
    const [made, error] = inScopes(device, make);
    const answer = error.then((found) => {
      if (found) watch.first ??= rejected(label, found);
      watch.open.delete(answer);
    });
    watch.open.add(answer);
    return made;
  };
  device.createShaderModule = (descriptor) =>
    scoped(descriptor.label, () => GPUDevice.prototype.createShaderModule.call(device, descriptor));
  device.createComputePipeline = (descriptor) =>
    scoped(descriptor.label, () => GPUDevice.prototype.createComputePipeline.call(device, descriptor));
}

/** The first shader of a device that was rejected, of all that were made so far. Waits only while an answer is out. */
export async function firstRejected(device: GPUDevice): Promise<KernelRejected | undefined> {
  const watch = watches.get(device);
  while (watch && watch.open.size > 0) await Promise.all(watch.open);
  return watch?.first;
}

/**
 * Work that may fail without harm: its errors are told here and nowhere else.
 * @param work records and submits, all before it returns
 * @returns what it gave, and the first of its errors or null, which comes later
 */
export function trial<T>(device: GPUDevice, work: () => T): [T, Promise<GPUError | null>] {
  const watch = watches.get(device);
  if (watch) watch.trial = true;
  try {
    return inScopes(device, work);
  } finally {
    if (watch) watch.trial = false;
  }
}

/** Runs work within scopes for all errors but exhausted memory. Of a lost device nothing is heard: it says so itself. */
function inScopes<T>(device: GPUDevice, work: () => T): [T, Promise<GPUError | null>] {
  const kinds = ['internal', 'validation'] as const;
  kinds.forEach((kind) => device.pushErrorScope(kind));
  const answers = () => Promise.all(kinds.map(() => device.popErrorScope().catch(() => null)));
  let result: T;
  try {
    result = work();
  } catch (error) {
    void answers();
    throw error;
  }
  return [result, answers().then((found) => found.find((error) => error) ?? null)];
}
