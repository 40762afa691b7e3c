// An Int8Model as one file: what Save downloads; its length is the model's size.
// Layout, little-endian: magic, length of the header (uint32), header (JSON, UTF-8), then each array at a multiple of
// 8 bytes from the file's start, in the order of the header's operations. Not for other formats.
import { PlaygroundError } from '../core/errors';
import type { Int8Model, Int8Op } from './int8-model';
import { validateInt8Model } from './validate';

const MAGIC = new TextEncoder().encode('QATINT8\n');
const HEADER_AT = MAGIC.length + 4;
const ALIGNMENT = 8;

/** The arrays of an operation in file order; operations without weights have none. */
const ARRAYS = { weights: Int8Array, weightScales: Float32Array, bias: Float32Array };
type ArrayName = keyof typeof ARRAYS;
const ARRAY_NAMES = Object.keys(ARRAYS) as ArrayName[];

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
const isWeighted = (op: Int8Op) => op.op === 'conv' || op.op === 'linear';

/** @throws PlaygroundError when the model is malformed */
export function serializeInt8Model(model: Int8Model): Uint8Array<ArrayBuffer> {
  validateInt8Model(model);
  // Arrays stand in the header as their lengths.
  const lengths = (_key: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? arrayLength(value) : value);
  const header = new TextEncoder().encode(JSON.stringify(model, lengths));
  const arrays = model.ops.flatMap((op) => (isWeighted(op) ? ARRAY_NAMES.map((name) => op[name]) : []));

  const dataAt = aligned(HEADER_AT + header.length);
  const file = new Uint8Array(arrays.reduce((end, array) => aligned(end) + array.byteLength, dataAt));
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(MAGIC.length, header.length, true);
  file.set(header, HEADER_AT);
  let at = dataAt;
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at = aligned(at + array.byteLength);
  }
  return file;
}

/** The model of a file, its arrays copied out. @throws PlaygroundError 'bad-file' when anything is wrong with it */
export function parseInt8Model(file: Uint8Array): Int8Model {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < HEADER_AT || MAGIC.some((byte, i) => file[i] !== byte)) refuse('it does not begin as one');
  const headerEnd = HEADER_AT + view.getUint32(MAGIC.length, true);
  if (headerEnd > file.length) refuse('it ends early');
  const header = parseHeader(file.subarray(HEADER_AT, headerEnd));
  let at = aligned(headerEnd);
  let end = at;
  const take = (name: ArrayName, length: unknown): Int8Array | Float32Array => {
    const type = ARRAYS[name];
    if (!isCount(length) || length > file.length) refuse(`the length of ${name} is ${String(length)}`);
    end = at + length * type.BYTES_PER_ELEMENT;
    if (end > file.length) refuse('it ends early');
    const copy = file.slice(at, end);
    at = aligned(end);
    return new type(copy.buffer);
  };
  const ops = header.ops.map((op) => {
    if (op.op !== 'conv' && op.op !== 'linear') return op;
    return { ...op, ...Object.fromEntries(ARRAY_NAMES.map((name) => [name, take(name, op[name])])) };
  });
  const model = { ...header, ops } as unknown as Int8Model;
  if (end !== file.length) refuse('its length is not what its header says');
  validateInt8Model(model);
  return model;
}

/** A header whose parts have the types that validateInt8Model relies on; arrays are still lengths. */
interface Header {
  readonly version: 1;
  readonly name: string;
  readonly tensors: readonly Record<string, unknown>[];
  readonly ops: readonly Record<string, unknown>[];
}

function parseHeader(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    refuse('its header is not JSON');
  }
  if (!isRecord(header)) refuse('its header is no object');
  const { version, name, tensors, ops } = header;
  if (version !== 1) refuse(`its version is ${JSON.stringify(version)}; this page reads version 1`);
  if (typeof name !== 'string') refuse('it has no name');
  if (!Array.isArray(tensors) || !tensors.every((tensor) => isRecord(tensor) && isRecord(tensor.q)))
    refuse('its tensors are malformed');
  if (!Array.isArray(ops) || !ops.every(isOp)) refuse('its layers are malformed');
  return { version, name, tensors, ops };
}

/** Names, edges and flags have their types; numbers are checked by validateInt8Model. */
function isOp(op: unknown): boolean {
  if (!isRecord(op) || typeof op.name !== 'string') return false;
  if (!Array.isArray(op.inputs) || !op.inputs.every(isCount) || !isCount(op.output)) return false;
  return (op.op !== 'conv' && op.op !== 'add') || typeof op.relu === 'boolean';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const arrayLength = (view: ArrayBufferView): number => (view as Int8Array | Float32Array).length;

function refuse(what: string): never {
  throw new PlaygroundError(
    'bad-file',
    `This is not an int8 model of this page: ${what}.`,
    'Choose a file that the Save step wrote.',
  );
}
