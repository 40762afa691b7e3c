// Loads a golden fixture of reference/oracle.py: values from <topic>.json, arrays from <topic>.bin.gz. Node only.
// Not for comparing: the tests do that.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const FOLDER = new URL('./fixtures/', import.meta.url);
/** The one format this loader reads; reference/golden/fixture.py writes it. */
export const FORMAT_VERSION = 1;

const ARRAY_TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
};
type DType = keyof typeof ARRAY_TYPES;
type TypedArray<D extends DType> = InstanceType<(typeof ARRAY_TYPES)[D]>;

interface FixtureFile {
  readonly topic: string;
  readonly version: number;
  readonly made_by: string;
  readonly torch: string;
  readonly checkpoint_sha256: string | null;
  readonly values: unknown;
  readonly arrays: Readonly<Record<string, { dtype: DType; shape: number[]; offset: number }>>;
}

/** One topic's expected numbers. `Values` is the shape of the inline part, which the test states. */
export class Fixture<Values> {
  readonly torch: string;
  /** SHA-256 of the float16 weights it was made from (the shards of public/checkpoint, joined); null without weights. */
  readonly checkpoint: string | null;
  readonly values: Values;
  readonly #file: FixtureFile;
  readonly #blob: Uint8Array;

  constructor(file: FixtureFile, blob: Uint8Array) {
    this.torch = file.torch;
    this.checkpoint = file.checkpoint_sha256;
    this.values = file.values as Values;
    this.#file = file;
    this.#blob = blob;
  }

  /** Names of all arrays, in the order they were written. */
  get names(): string[] {
    return Object.keys(this.#file.arrays);
  }

  /** Shape of an array; throws when there is none of that name. */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  /** A copy of an array, row-major; throws when there is none of that name or its type is another. */
  array<D extends DType>(name: string, dtype: D): TypedArray<D> {
    const entry = this.#entry(name);
    if (entry.dtype !== dtype) throw new Error(`${this.#file.topic}: ${name} is ${entry.dtype}, not ${dtype}`);
    const type = ARRAY_TYPES[dtype];
    const bytes = entry.shape.reduce((n, d) => n * d, type.BYTES_PER_ELEMENT);
    const copy = this.#blob.slice(entry.offset, entry.offset + bytes);
    return new type(copy.buffer) as TypedArray<D>;
  }

  /** array(name, 'float32'). */
  f32(name: string): Float32Array {
    return this.array(name, 'float32');
  }

  /** array(name, 'uint8'). */
  u8(name: string): Uint8Array {
    return this.array(name, 'uint8');
  }

  /** array(name, 'int8'). */
  i8(name: string): Int8Array {
    return this.array(name, 'int8');
  }

  #entry(name: string) {
    const entry = this.#file.arrays[name];
    if (!entry) throw new Error(`${this.#file.topic}: no array ${name}`);
    return entry;
  }
}

/** @param topic file name without ending, e.g. 'observers'. Throws when the file is missing or of another format. */
export function loadFixture<Values = unknown>(topic: string): Fixture<Values> {
  const file = JSON.parse(readFileSync(new URL(`${topic}.json`, FOLDER), 'utf8')) as FixtureFile;
  if (file.version !== FORMAT_VERSION) throw new Error(`${topic}: format ${file.version}, not ${FORMAT_VERSION}`);
  const packed = new URL(`${topic}.bin.gz`, FOLDER);
  const blob = existsSync(packed) ? gunzipSync(readFileSync(packed)) : new Uint8Array();
  return new Fixture<Values>(file, new Uint8Array(blob));
}
