// numpy's array files (.npy, versions 1 to 3) and archives of them (.npz). Numbers alone: arrays of objects are pickles, and
// refused. Not for what arrays mean: labelled-images.ts.
import { elements } from '../core/params';
import { ByteReader } from './bytes';
import { quoted, refuse } from './refuse';
import { decode, oversized, rowMajor, VALUE_BYTES, type FileTensor, type ValueType } from './tensor';
import { readZip } from './zip';

const NUMPY = {
  what: 'arrays of numpy',
  hint: 'Save it with numpy.savez("images.npz", images=images, labels=labels), as arrays of numbers.',
};
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Of a header, in bytes. */
const MOST_HEADER = 4096;
/** By numpy's descr; whole numbers without a sign are read where they fit those with one. */
const TYPES: Readonly<Record<string, ValueType>> = {
  ...{ '<f4': 'float32', '<f2': 'float16', '<f8': 'float64' },
  ...{ '<i8': 'int64', '<i4': 'int32', '<i2': 'int16', '|i1': 'int8', '|u1': 'uint8', '|b1': 'bool' },
};

/** @param name for messages @throws PlaygroundError 'bad-file' */
function readNpy(file: Uint8Array, name: string): FileTensor {
  const why: (what: string) => never = (what) => refuse(NUMPY, `${quoted(name)}: ${what}`);
  const reader = new ByteReader(file, () => why('it ends early'));
  if (MAGIC.some((byte) => reader.u8() !== byte)) why('it does not begin as one');
  const version = reader.u8();
  reader.u8();
  const length = version === 1 ? reader.u16() : reader.u32();
  if (length > MOST_HEADER) why('its header is too long');
  const header = reader.text(length);
  const field = (key: string, value: string) => new RegExp(`'${key}': (${value})`).exec(header)?.[1];
  const descr = field('descr', "'[^']{1,8}'")?.slice(1, -1);
  const order = field('fortran_order', 'True|False');
  const sizes = field('shape', '\\([0-9, ]{0,200}\\)');
  if (descr === undefined || order === undefined || sizes === undefined) why('its header cannot be read');
  const type = Object.hasOwn(TYPES, descr) ? TYPES[descr] : why(`values of type ${quoted(descr)} are not read`);
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  const tooLarge = oversized(shape);
  if (tooLarge) why(tooLarge);
  const data = reader.piece(elements(shape) * VALUE_BYTES[type]);
  if (reader.left > 0) why('it is longer than its shape');
  const values = () => decode(type, data);
  return { type, shape, values: order === 'True' ? () => rowMajor(values(), shape, fortranStrides(shape)) : values };
}

/** Arrays by name. @throws PlaygroundError 'bad-file' */
export function readNpz(file: Uint8Array): ReadonlyMap<string, FileTensor> {
  const arrays = new Map<string, FileTensor>();
  for (const [name, entry] of readZip(file))
    if (name.endsWith('.npy')) arrays.set(name.slice(0, -'.npy'.length), readNpy(entry.read(), name));
  if (arrays.size === 0) refuse(NUMPY, 'no arrays are in it');
  return arrays;
}

/** Of Fortran's order, in which the first index moves fastest. */
const fortranStrides = (shape: readonly number[]): number[] =>
  shape.map((_, d) => shape.slice(0, d).reduce((product, size) => product * size, 1));
