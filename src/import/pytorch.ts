// What torch.save writes since PyTorch 1.6: a zip of data.pkl and a file for each storage. Its tensors by name; whatever is
// code in it is refused by its name, and nothing is run. Not for which tensors a network needs: state-dict.ts.
import { elements } from '../core/params';
import { PickledGlobal, unpickle, type PickleMeanings } from './pickle';
import { quoted, refuse } from './refuse';
import { decode, oversized, rowMajor, VALUE_BYTES, type FileTensor, type ValueType } from './tensor';
import { isZip, readZip, type ZipEntry } from './zip';

const PYTORCH = {
  what: 'a PyTorch state dict',
  hint: 'Save it with torch.save(model.state_dict(), "weights.pt"), without the model or an optimizer, and choose that file.',
};

/** Storage classes of torch, by the type of their values. */
const STORAGES: Readonly<Record<string, ValueType>> = {
  ...{ FloatStorage: 'float32', HalfStorage: 'float16', BFloat16Storage: 'bfloat16', DoubleStorage: 'float64' },
  ...{ LongStorage: 'int64', IntStorage: 'int32', ShortStorage: 'int16', CharStorage: 'int8', ByteStorage: 'uint8' },
  BoolStorage: 'bool',
};

/** Values in a file of their own. */
class Storage {
  constructor(
    readonly type: ValueType,
    readonly entry: ZipEntry,
  ) {}
}
class Tensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/**
 * Tensors by their name; of a file that holds a dict of dicts those of 'state_dict', 'model_state_dict' or 'model'.
 * @throws PlaygroundError 'bad-file' naming what is wrong
 */
export function readPyTorch(file: Uint8Array): ReadonlyMap<string, FileTensor> {
  if (!isZip(file)) refuse(PYTORCH, 'it is not of the form that torch.save has written since PyTorch 1.6');
  const entries = readZip(file);
  const pickled = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickled.length !== 1) refuse(PYTORCH, 'it has no data.pkl');
  const folder = pickled[0].slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order.read()) !== 'little') refuse(PYTORCH, 'its values are big-endian');
  const root = unpickle(entries.get(pickled[0])!.read(), meanings(entries, folder));
  const tensors = new Map<string, FileTensor>();
  for (const [name, value] of stateDict(root))
    if (typeof name === 'string' && value instanceof Tensor) tensors.set(name, fileTensor(name, value));
  if (tensors.size === 0) refuse(PYTORCH, 'no tensors are in it');
  return tensors;
}

function meanings(entries: ReadonlyMap<string, ZipEntry>, folder: string): PickleMeanings {
  const damaged: () => never = () => refuse(PYTORCH, 'its pickle is damaged');
  const tensor = ([storage, offset, shape, strides]: readonly unknown[]): Tensor => {
    if (!(storage instanceof Storage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides)) return damaged();
    if (shape.length !== strides.length) return damaged();
    return new Tensor(storage, offset, shape, strides);
  };
  return {
    calls: new Map<string, (args: readonly unknown[]) => unknown>([
      ['collections.OrderedDict', () => new Map()],
      ['torch._utils._rebuild_tensor_v2', tensor],
      ['torch._utils._rebuild_parameter', ([data]) => (data instanceof Tensor ? data : damaged())],
      ['torch.Size', ([sizes]) => sizes],
    ]),
    names: new Set(Object.keys(STORAGES).map((name) => `torch.${name}`)),
    persistent: (id) => {
      if (!Array.isArray(id) || id[0] !== 'storage' || !(id[1] instanceof PickledGlobal)) return damaged();
      const kind = id[1].name.slice('torch.'.length);
      const entry = entries.get(`${folder}data/${String(id[2])}`);
      if (!Object.hasOwn(STORAGES, kind) || !entry) return refuse(PYTORCH, 'values of a tensor are missing');
      return new Storage(STORAGES[kind], entry);
    },
    refuse: (why, cause) => refuse(PYTORCH, why, cause),
  };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);

/** Where training scripts put it. */
const INSIDE = ['state_dict', 'model_state_dict', 'model'];

function stateDict(root: unknown): ReadonlyMap<unknown, unknown> {
  if (!(root instanceof Map)) refuse(PYTORCH, 'it is not a dict');
  const inner: unknown = INSIDE.map((key) => root.get(key) as unknown).find((value) => value instanceof Map);
  return inner instanceof Map ? inner : root;
}

function fileTensor(name: string, { storage, offset, shape, strides }: Tensor): FileTensor {
  const why: (what: string) => never = (what) => refuse(PYTORCH, `tensor ${quoted(name)}: ${what}`);
  const { type, entry } = storage;
  const tooLarge = oversized(shape);
  if (tooLarge) why(tooLarge);
  const count = elements(shape);
  const last = offset + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], 0);
  // A value may not stand for many: such a tensor would be larger than its file.
  const stored = Math.floor(entry.bytes / VALUE_BYTES[type]);
  if (count > 0 && (last >= stored || count > stored)) why('its values are not all there');
  return {
    type,
    shape,
    values() {
      if (count === 0) return new Float32Array(0);
      const all = entry.read();
      const bytes = VALUE_BYTES[type];
      const used = decode(type, all.subarray(offset * bytes, (last + 1) * bytes));
      return isRowMajor(shape, strides) ? used : rowMajor(used, shape, strides);
    },
  };
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] > 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}
