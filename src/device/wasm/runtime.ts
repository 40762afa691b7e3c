// The bridge between tfjs's WASM backend and our module, which works in tfjs's own memory without copies: addresses of
// tensors, outputs, scratch memory, and the call of a kernel's items. Uses fields tfjs does not document: the version is
// pinned in package.json. Not for loading the module (module.ts) nor for what a kernel computes.
import { util, type TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { PlaygroundError } from '../../core/errors';
import { idOf, MOST_BYTES, WORK, words, type Arguments, type WorkName } from './work';

/** What assembly/index.ts exports. Addresses are byte offsets into the shared memory. */
export interface KernelExports {
  run(id: number, args: number, items: number): void;
  /** @returns 1, or 0 when a thread has stopped */
  runShared(control: number, id: number, args: number, items: number): number;
  serve(control: number): void;
  fail(control: number): void;
}

/** The undocumented parts of tfjs's emscripten module. */
interface EmscriptenModule {
  /** Present in the threaded build, where the memory is made outside. */
  readonly wasmMemory?: WebAssembly.Memory;
  readonly asm: { readonly memory?: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Bytes of the control block: assembly/pool.ts. */
const CONTROL_BYTES = 64;
const ALIGNMENT = 64;

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** The memory that tfjs allocates its tensors in. */
export function tfjsMemory(backend: BackendWasm): WebAssembly.Memory {
  const module = backend.wasm as unknown as EmscriptenModule;
  const memory = module.wasmMemory ?? module.asm.memory;
  if (!memory) throw new Error("tfjs's WASM module does not show its memory");
  return memory;
}

/** One backend with our module in its memory. Lives as long as the backend. */
export class KernelRuntime {
  /** Address of the block through which threads share work (assembly/pool.ts), or null when there are none. */
  private control: number | null = null;
  /** Whether a thread has stopped that shared work: from then on nothing in this memory can be trusted. */
  private stopped = false;
  /** Of the kernel that runs. */
  private outputs: TensorInfo[] = [];
  private readonly args: number;
  private readonly tables = new Map<string, number[]>();
  private scratchAddress = 0;
  private scratchBytes = 0;

  constructor(
    private readonly backend: BackendWasm,
    private readonly exports: KernelExports,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.args = this.allocate(MOST_BYTES);
  }

  /**
   * From now on work is shared through the block at the returned address, or not at all. The block is a new one each
   * time: threads that are about to end still look at the old one, and must not take work with them.
   */
  shareWork(share: boolean): number | null {
    this.control = share ? aligned(this.allocate(CONTROL_BYTES)) : null;
    if (this.control !== null) this.write(this.control, new Array<number>(CONTROL_BYTES / 4).fill(0));
    return this.control;
  }

  /** A thread has stopped: the next call that would share work with it fails. */
  threadStopped(): void {
    this.stopped = true;
  }

  /** Where a tensor's first element lies. */
  address(tensor: TensorInfo): number {
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** Where tensors lie, by name. */
  addresses<Name extends string>(tensors: Readonly<Record<Name, TensorInfo>>): Record<Name, number> {
    const addresses = {} as Record<Name, number>;
    for (const name in tensors) addresses[name] = this.address(tensors[name]);
    return addresses;
  }

  /** A new float32 tensor with whatever its memory held. May grow the memory. */
  output(shape: number[]): TensorInfo {
    return this.track(this.backend.makeOutput(shape, 'float32'));
  }

  /** Another tensor with the same memory, which is freed after both. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.backend.incRef(dataId);
    return this.track({ dataId, shape, dtype });
  }

  /** Runs one kernel, whose outputs are given back when it throws: tfjs does not know of them yet. */
  call<T>(kernel: () => T): T {
    this.outputs = [];
    try {
      return kernel();
    } catch (error) {
      for (const { dataId } of this.outputs) this.backend.disposeData(dataId);
      throw error;
    }
  }

  private track(output: TensorInfo): TensorInfo {
    this.outputs.push(output);
    return output;
  }

  /** To be said of a tensor whose values were changed in place: tfjs's matrix product keeps weights it packed earlier. */
  changed({ dataId, shape }: TensorInfo): void {
    const { id, memoryOffset } = this.backend.dataIdMap.get(dataId);
    const { tfjs } = this.backend.wasm;
    tfjs.disposeData(id);
    tfjs.registerTensor(id, util.sizeFromShape(shape), memoryOffset);
  }

  /** The values of a float32 tensor; valid until the memory grows. */
  floats(tensor: TensorInfo): Float32Array {
    return this.backend.typedArrayFromHeap(tensor) as Float32Array;
  }

  /** Addresses of cache-line aligned areas of the given bytes, valid until the next call. May grow the memory. */
  scratch(...bytes: number[]): number[] {
    const total = bytes.reduce((sum, size) => sum + aligned(size), 0);
    if (total > this.scratchBytes) {
      if (this.scratchBytes > 0) this.emscripten._free(this.scratchAddress);
      this.scratchBytes = 0;
      this.scratchAddress = this.allocate(total);
      this.scratchBytes = total;
    }
    let next = aligned(this.scratchAddress);
    return bytes.map((size) => {
      const address = next;
      next += aligned(size);
      return address;
    });
  }

  /** Addresses of integer tables that are made once per key and stay; `make` gets the address of the first. */
  table(key: string, make: (address: number) => number[][]): number[] {
    let addresses = this.tables.get(key);
    if (!addresses) {
      addresses = [];
      // Addresses in a table may depend on where it lies: lay it out once to learn the size, then for good.
      const size = make(0).reduce((sum, part) => sum + part.length * 4, 0);
      let next = this.allocate(size);
      for (const part of make(next)) {
        addresses.push(next);
        this.write(next, part);
        next += part.length * 4;
      }
      addresses.push(next);
      this.tables.set(key, addresses);
    }
    return addresses;
  }

  /** Writes 32-bit integers. */
  write(address: number, values: readonly number[]): void {
    new Int32Array(this.memory.buffer, address, values.length).set(values);
  }

  /** Writes float32 values. */
  writeFloats(address: number, values: ArrayLike<number>): void {
    new Float32Array(this.memory.buffer, address, values.length).set(values);
  }

  /**
   * Runs `items` work items.
   * @throws PlaygroundError 'thread-lost' when a thread has stopped. Items are never repeated: some change their inputs,
   * and a thread that only seemed to have stopped may go on writing. The backend has to be made anew, with other memory.
   */
  run<W extends WorkName>(work: W, items: number, args: Arguments<W>): void {
    const id = idOf(work);
    this.write(this.args, words(WORK[work].args, args));
    if (this.control === null || items <= 1) return this.exports.run(id, this.args, items);
    if (!this.stopped && this.exports.runShared(this.control, id, this.args, items)) return;
    this.stopped = true;
    throw new PlaygroundError(
      'thread-lost',
      'One of the threads that train has stopped.',
      'Press Retry. What was learned is kept.',
    );
  }

  private get emscripten(): EmscriptenModule {
    return this.backend.wasm as unknown as EmscriptenModule;
  }

  /** malloc with room for aligning; tfjs aborts the module when memory runs out. */
  private allocate(bytes: number): number {
    return this.emscripten._malloc(bytes + ALIGNMENT) >>> 0;
  }
}
