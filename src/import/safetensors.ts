// Hugging Face's safetensors: length of a header (uint64), the header (JSON: dtype, shape, data_offsets of each tensor), then
// their bytes without a gap. Not for which tensors a network needs: state-dict.ts.
import * as v from 'valibot';
import { elements } from '../core/params';
import { inWords, list, openObject, parse, text, whole } from '../core/schema';
import { ByteReader } from './bytes';
import { quoted, refuse } from './refuse';
import { decode, oversized, VALUE_BYTES, type FileTensor, type ValueType } from './tensor';

const SAFETENSORS = {
  what: 'safetensors',
  hint: 'Save the state dict with safetensors.torch.save_file and choose that file.',
};

const TYPES: Readonly<Record<string, ValueType>> = {
  ...{ F32: 'float32', F16: 'float16', BF16: 'bfloat16', F64: 'float64' },
  ...{ I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool' },
};
/** Of a header, in bytes: some hundred for each of ten thousand tensors. */
const MOST_HEADER = 4 << 20;

const Entry = openObject({
  dtype: text,
  shape: v.array(whole(0), 'a list'),
  data_offsets: v.pipe(list(whole(0)), v.length(2, 'two offsets')),
});

/** @throws PlaygroundError 'bad-file' naming the tensor */
export function readSafetensors(file: Uint8Array): ReadonlyMap<string, FileTensor> {
  const reader = new ByteReader(file, () => refuse(SAFETENSORS, 'it ends early'));
  const headerBytes = reader.u64();
  if (headerBytes > MOST_HEADER) refuse(SAFETENSORS, 'its header is too long');
  const header = parsed(reader.piece(headerBytes));
  const data = reader.piece(reader.left);
  const tensors = new Map<string, FileTensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const why: (what: string) => never = (what) => refuse(SAFETENSORS, `tensor ${quoted(name)}: ${what}`);
    const { dtype, shape, data_offsets } = parse(Entry, value, (fault) => why(inWords(fault)));
    const [start, end] = data_offsets as [number, number];
    const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : why(`its dtype ${quoted(dtype)} is not one that is read`);
    const tooLarge = oversized(shape);
    if (tooLarge) why(tooLarge);
    if (end > data.length || end - start !== elements(shape) * VALUE_BYTES[type])
      why('its bytes are not those of its shape');
    tensors.set(name, { type, shape, values: () => decode(type, data.subarray(start, end)) });
  }
  return tensors;
}

function parsed(bytes: Uint8Array): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    refuse(SAFETENSORS, 'its header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    refuse(SAFETENSORS, 'its header is no object');
  return header;
}
