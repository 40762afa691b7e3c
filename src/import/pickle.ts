// Python's pickle as torch.save writes it (protocols 2 to 5; PEP 307, 3154): data alone. Nothing of a file is ever called: a
// global stands for what is on the caller's list, or the file is refused by its name. Not for what objects mean: pytorch.ts.
import { ByteReader } from './bytes';
import { quoted } from './refuse';

/** What the caller knows of globals; all else is refused. */
export interface PickleMeanings {
  /** What a call of a global gives, by 'module.name'; a global that is not called is its name. */
  readonly calls: ReadonlyMap<string, (args: readonly unknown[]) => unknown>;
  /** Names that may stand without being called. */
  readonly names: ReadonlySet<string>;
  /** What stands outside the pickle. */
  readonly persistent: (id: unknown) => unknown;
  readonly refuse: (why: string, cause?: unknown) => never;
}

/** A name from the list. */
export class PickledGlobal {
  constructor(readonly name: string) {}
}

/** Values that a pickle may hold besides tensors: null, booleans, numbers, bigints, text, bytes, lists, and Maps for dicts. */
export function unpickle(file: Uint8Array, meanings: PickleMeanings): unknown {
  return new Unpickler(file, meanings).run();
}

const MARK = Symbol('mark');
type Dict = Map<unknown, unknown>;

class Unpickler {
  private readonly reader: ByteReader;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    file: Uint8Array,
    private readonly meanings: PickleMeanings,
  ) {
    this.reader = new ByteReader(file, () => meanings.refuse('its pickle ends early'));
  }

  run(): unknown {
    for (;;) {
      const code = String.fromCharCode(this.reader.u8());
      if (code === '.') return this.pop();
      const operation = OPERATIONS[code];
      if (!operation) this.meanings.refuse(`its pickle has opcode ${quoted(code)}, which no state dict needs`);
      operation(this, this.reader);
    }
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0 || this.stack.at(-1) === MARK) this.damaged();
    return this.stack.pop();
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) this.damaged();
    const values = this.stack.splice(at + 1);
    this.stack.pop();
    return values;
  }

  tuple(length: number): void {
    this.push(Array.from({ length }, () => this.pop()).reverse());
  }

  put(index: number): void {
    this.memo.set(index, this.peek());
  }
  memoize(): void {
    this.put(this.memo.size);
  }
  get(index: number): void {
    if (!this.memo.has(index)) this.damaged();
    this.push(this.memo.get(index));
  }

  global(module: unknown, name: unknown): void {
    const whole = `${String(module)}.${String(name)}`;
    const { calls, names, refuse } = this.meanings;
    if (!calls.has(whole) && !names.has(whole)) refuse(`it holds ${quoted(whole)}, which is code and not weights`);
    this.push(new PickledGlobal(whole));
  }

  reduce(): void {
    const [args, of] = [this.pop(), this.pop()];
    const call = of instanceof PickledGlobal ? this.meanings.calls.get(of.name) : undefined;
    if (!call || !Array.isArray(args)) this.damaged();
    this.push(call(args));
  }

  /** Attributes of an object, such as a state dict's _metadata: they are not part of what is read. */
  build(): void {
    this.pop();
    this.peek();
  }

  items(values: readonly unknown[]): void {
    const dict = this.peek();
    if (!(dict instanceof Map) || values.length % 2) this.damaged();
    for (let i = 0; i < values.length; i += 2) (dict as Dict).set(values[i], values[i + 1]);
  }

  append(values: readonly unknown[]): void {
    const list = this.peek();
    if (!Array.isArray(list)) this.damaged();
    for (const value of values) list.push(value);
  }

  persistent(): void {
    this.push(this.meanings.persistent(this.pop()));
  }

  damaged(): never {
    return this.meanings.refuse('its pickle is damaged');
  }

  private peek(): unknown {
    if (this.stack.length === 0 || this.stack.at(-1) === MARK) this.damaged();
    return this.stack.at(-1);
  }
}

type Operation = (on: Unpickler, reader: ByteReader) => void;

/** Longest line of a text opcode. */
const MOST_LINE = 256;

function line(reader: ByteReader, on: Unpickler): string {
  const end = reader.bytes.subarray(reader.at, reader.at + MOST_LINE).indexOf(10);
  if (end < 0) on.damaged();
  const text = reader.text(end);
  reader.u8();
  return text;
}

/** Two's complement, as short as it is: a number where it is safe. */
function long(reader: ByteReader, length: number): number | bigint {
  let value = 0n;
  reader.piece(length).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
  const signed = BigInt.asIntN(8 * length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

const constant =
  (value: unknown): Operation =>
  (on) =>
    on.push(value);

/** By the opcode's byte: those of pickletools that torch.save writes. */
const OPERATIONS: Readonly<Record<string, Operation | undefined>> = Object.assign(
  Object.create(null) as Record<string, Operation>,
  {
    '\x80': (_, reader) => void reader.u8(),
    '\x95': (_, reader) => void reader.u64(),
    '(': (on) => on.push(MARK),
    '}': (on) => on.push(new Map()),
    ']': (on) => on.push([]),
    ')': (on) => on.push([]),
    ...{ N: constant(null), '\x88': constant(true), '\x89': constant(false) },
    K: (on, reader) => on.push(reader.u8()),
    M: (on, reader) => on.push(reader.u16()),
    J: (on, reader) => on.push(reader.i32()),
    G: (on, reader) => on.push(reader.f64()),
    '\x8a': (on, reader) => on.push(long(reader, reader.u8())),
    X: (on, reader) => on.push(reader.text(reader.u32())),
    '\x8c': (on, reader) => on.push(reader.text(reader.u8())),
    B: (on, reader) => on.push(reader.piece(reader.u32())),
    C: (on, reader) => on.push(reader.piece(reader.u8())),
    t: (on) => on.push(on.popMark()),
    ...{ '\x85': (on) => on.tuple(1), '\x86': (on) => on.tuple(2), '\x87': (on) => on.tuple(3) },
    ...{
      q: (on, reader) => on.put(reader.u8()),
      r: (on, reader) => on.put(reader.u32()),
      '\x94': (on) => on.memoize(),
    },
    ...{ h: (on, reader) => on.get(reader.u8()), j: (on, reader) => on.get(reader.u32()) },
    c: (on, reader) => on.global(line(reader, on), line(reader, on)),
    '\x93': (on) => {
      const name = on.pop();
      on.global(on.pop(), name);
    },
    R: (on) => on.reduce(),
    b: (on) => on.build(),
    s: (on) => {
      const value = on.pop();
      on.items([on.pop(), value]);
    },
    u: (on) => on.items(on.popMark()),
    a: (on) => on.append([on.pop()]),
    e: (on) => on.append(on.popMark()),
    Q: (on) => on.persistent(),
    '0': (on) => void on.pop(),
    '2': (on) => {
      const top = on.pop();
      on.push(top);
      on.push(top);
    },
  } satisfies Record<string, Operation>,
);
