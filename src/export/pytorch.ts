// Named parameters -> what torch.save writes of a state dict: a zip of a pickle and of float32 arrays.
// Only the opcodes that this needs; torch.load(weights_only=True) allows every name in it. Not for reading such files.
import type { ParamStore } from '../core/params';
import { zipped } from './zip';

/** A folder that every entry lies in; PyTorch takes any name. */
const FOLDER = 'state_dict';
/** Of PyTorch's zip format. */
const VERSION = '3\n';

/** A state dict of float32 tensors, in the order given, to be read by torch.load of PyTorch 1.6 or later. */
export function toStateDictFile(params: ParamStore): Uint8Array<ArrayBuffer> {
  const text = (value: string) => new TextEncoder().encode(value);
  const arrays = [...params.values()].map(
    ({ data }, i) => [`${FOLDER}/data/${i}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] as const,
  );
  return zipped({
    [`${FOLDER}/data.pkl`]: pickled(params),
    [`${FOLDER}/byteorder`]: text('little'),
    ...Object.fromEntries(arrays),
    [`${FOLDER}/version`]: text(VERSION),
  });
}

/** An OrderedDict of tensors, each rebuilt from its storage, offset, shape and strides: pickle, protocol 2. */
function pickled(params: ParamStore): Uint8Array {
  const bytes: number[] = [];
  const op = (code: string, ...more: number[]): void => void bytes.push(code.charCodeAt(0), ...more);
  const ascii = (value: string): void => void bytes.push(...new TextEncoder().encode(value));
  const uint32 = (value: number): number[] => [value, value >> 8, value >> 16, value >> 24].map((byte) => byte & 255);
  const int = (value: number): void => op('J', ...uint32(value));
  const string = (value: string): void => {
    const utf8 = new TextEncoder().encode(value);
    op('X', ...uint32(utf8.length), ...utf8);
  };
  /** GLOBAL */
  const name = (module: string, attribute: string): void => {
    op('c');
    ascii(`${module}\n${attribute}\n`);
  };
  const tuple = (write: () => void): void => {
    op('(');
    write();
    op('t');
  };
  /** Calls without arguments: EMPTY_TUPLE, REDUCE. */
  const orderedDict = (): void => {
    name('collections', 'OrderedDict');
    op(')');
    op('R');
  };

  bytes.push(0x80, 2);
  orderedDict();
  op('(');
  [...params].forEach(([key, { shape, data }], i) => {
    string(key);
    name('torch._utils', '_rebuild_tensor_v2');
    tuple(() => {
      tuple(() => {
        string('storage');
        name('torch', 'FloatStorage');
        string(String(i));
        string('cpu');
        int(data.length);
      });
      op('Q'); // BINPERSID: that tuple names a storage.
      int(0);
      tuple(() => shape.forEach(int));
      tuple(() => stridesOf(shape).forEach(int));
      bytes.push(0x89); // NEWFALSE: requires no gradient.
      orderedDict(); // No hooks.
    });
    op('R');
  });
  op('u'); // SETITEMS
  op('.');
  return Uint8Array.from(bytes);
}

/** Of a row-major tensor, in values. */
const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
