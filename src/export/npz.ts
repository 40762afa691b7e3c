// Arrays by name -> npz, as numpy.load reads them: .npy files in a zip. Not for reading such files.
import { zipped } from './zip';

/** Row-major; texts are an array of them, of one dimension. */
export type NpyArray =
  | { readonly shape: readonly number[]; readonly data: Float32Array | Float64Array | Int8Array | Uint8Array }
  | { readonly texts: readonly string[] };

/** @param arrays by their keys in the file that numpy.load gives, in this order */
export function toNpz(arrays: ReadonlyMap<string, NpyArray>): Uint8Array<ArrayBuffer> {
  return zipped(Object.fromEntries([...arrays].map(([name, array]) => [`${name}.npy`, npy(array)])));
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0];
const ALIGNMENT = 64;

/** One .npy file, version 1.0: magic, the header's length (uint16), the header (a Python literal), the array. */
function npy(array: NpyArray): Uint8Array {
  const { descr, shape, bytes } = 'texts' in array ? textArray(array.texts) : numbers(array);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const literal = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const before = MAGIC.length + 2;
  const length = Math.ceil((before + literal.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const header = new TextEncoder().encode(`${literal.padEnd(length - 1)}\n`);
  const file = new Uint8Array(before + length + bytes.length);
  file.set([...MAGIC, length & 255, length >> 8]);
  file.set(header, before);
  file.set(bytes, before + length);
  return file;
}

interface Raw {
  /** numpy's name of the type. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function numbers({ shape, data }: Extract<NpyArray, { data: unknown }>): Raw {
  const descr =
    data instanceof Float32Array
      ? '<f4'
      : data instanceof Float64Array
        ? '<f8'
        : data instanceof Int8Array
          ? '|i1'
          : '|u1';
  return { descr, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** UTF-32, each as long as the longest, zeros behind it. */
function textArray(texts: readonly string[]): Raw {
  const points = texts.map((text) => [...text].map((char) => char.codePointAt(0)!));
  const longest = Math.max(1, ...points.map(({ length }) => length));
  const bytes = new Uint8Array(4 * longest * texts.length);
  const view = new DataView(bytes.buffer);
  points.forEach((row, i) => row.forEach((point, at) => view.setUint32(4 * (i * longest + at), point, true)));
  return { descr: `<U${longest}`, shape: [texts.length], bytes };
}
