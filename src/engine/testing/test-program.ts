// Runs any plan of a model with any choice of kernels in one memory that is kept poisoned: what the engine reads without
// having written it is 255, what it writes outside its places is seen. For tests; not for speed nor for threads.
import type { Int8Model } from '../../int8/int8-model';
import { IMAGE_START } from '../assembly/layout';
import { layOut, type MemoryImage } from '../memory-image';
import type { Plan } from '../plan';
import { storedOf } from '../stored';
import { codesAt } from '../wasm-engine';
import { instantiateEngine, type EngineExports } from '../wasm-module';

const PAGE = 65_536;
const POISON = 0xff;

/** One instance of a build; plans run in it one after another. */
export class TestProgram {
  private readonly bytes: Uint8Array;

  private constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly exports: EngineExports,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** @param megabytes the largest plan that fits */
  static async create(module: WebAssembly.Module, megabytes = 16): Promise<TestProgram> {
    const pages = (megabytes * 2 ** 20) / PAGE;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return new TestProgram(memory, instantiateEngine(module, memory));
  }

  /** Whether run() can take the plan. */
  fits(plan: Plan, n: number): boolean {
    return layOut(plan, 1, n).bytes + PAGE <= this.bytes.length;
  }

  /** Output codes of n images, every layer with its choice number `choice`, counted round. */
  run(plan: Plan, choice: number, codes: Uint8Array, n: number): Uint8Array {
    const image = this.execute(plan, choice, codes, n);
    const stored = storedOf(plan, plan.result);
    const rows = Array.from({ length: n }, (_, i) =>
      codesAt(this.bytes, image.output + i * stored.bytes, plan, plan.result, stored),
    );
    const outputs = new Uint8Array(n * rows[0].length);
    rows.forEach((row, i) => outputs.set(row, i * row.length));
    return outputs;
  }

  /** Output codes of every operation for one image, in the model's order. @param plan made with `separate` */
  trace(plan: Plan, choice: number, codes: Uint8Array): Uint8Array[] {
    const image = this.execute(plan, choice, codes, 1);
    return plan.model.ops.map(({ output }) => {
      const stored = storedOf(plan, output);
      return codesAt(this.bytes, image.arena + stored.offset, plan, output, stored);
    });
  }

  private execute(plan: Plan, choice: number, codes: Uint8Array, n: number): MemoryImage {
    const image = layOut(plan, 1, n);
    const end = image.bytes + PAGE;
    if (end > this.bytes.length) throw new Error(`the plan needs ${image.bytes} bytes`);
    this.bytes.fill(0, 0, IMAGE_START).fill(POISON, IMAGE_START, end);
    image.write(this.memory.buffer);
    image.choices.forEach((choices, layer) => image.choose(this.memory.buffer, layer, choice % choices.length));
    this.bytes.set(codes, image.input);
    const before = this.bytes.slice(0, image.output);
    if (this.exports.run(n, 1) !== 0) throw new Error('a code was refused');
    if (before.some((byte, at) => byte !== this.bytes[at])) throw new Error('the program or its input was overwritten');
    if (this.bytes.subarray(image.bytes, end).some((byte) => byte !== POISON)) throw new Error('wrote past its memory');
    return image;
  }
}

/** The most choices that any layer of the plan has. */
export const choicesOf = (plan: Plan): number =>
  Math.max(1, ...plan.layers.map(({ conv }) => conv?.tilings.length ?? 1));

/** Codes of one image of the model. */
export const imageLength = ({ tensors: [{ h, w, c }] }: Int8Model): number => h * w * c;
