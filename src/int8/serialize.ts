// An Int8Model as one file: what Save downloads; its length is the model's size.
// Layout, little-endian: magic, length of the header (uint32), header (JSON, UTF-8), then each array at a multiple of
// 8 bytes from the file's start, in the order of the header's operations. Not for other formats.
import { PlaygroundError } from '../core/errors';
import { inWords, parse } from '../core/schema';
import { HeaderSchema, type Header } from './header';
import type { Int8Model, Int8Op } from './int8-model';
import { validateInt8Model } from './validate';

const MAGIC = new TextEncoder().encode('QATINT8\n');
const HEADER_AT = MAGIC.length + 4;
const ALIGNMENT = 8;

/** What the arrays of weights are stored as. */
type ArrayType<T> = { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): T };

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** @throws PlaygroundError when the model is malformed */
export function serializeInt8Model(model: Int8Model): Uint8Array<ArrayBuffer> {
  validateInt8Model(model);
  // Arrays stand in the header as their lengths.
  const lengths = (_key: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? arrayLength(value) : value);
  const header = new TextEncoder().encode(JSON.stringify(model, lengths));
  const arrays = model.ops.flatMap((op) => ('weights' in op ? [op.weights, op.weightScales, op.bias] : []));

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
  const take = <T>(type: ArrayType<T>, length: number, field: string): T => {
    end = at + length * type.BYTES_PER_ELEMENT;
    if (end > file.length) refuse(`${field} is ${length}, and it ends early`);
    const copy = file.slice(at, end);
    at = aligned(end);
    return new type(copy.buffer);
  };
  const ops = header.ops.map((op, i): Int8Op => {
    if (!('weights' in op)) return op;
    const weights = take(Int8Array, op.weights, `ops[${i}].weights`);
    const weightScales = take(Float32Array, op.weightScales, `ops[${i}].weightScales`);
    return { ...op, weights, weightScales, bias: take(Float32Array, op.bias, `ops[${i}].bias`) };
  });
  const model: Int8Model = { ...header, ops };
  if (end !== file.length) refuse('its length is not what its header says');
  validateInt8Model(model);
  return model;
}

function parseHeader(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    refuse('its header is not JSON', cause);
  }
  return parse(HeaderSchema, header, (fault) => notAModel(inWords(fault)));
}

const arrayLength = (view: ArrayBufferView): number => (view as Int8Array | Float32Array).length;

function refuse(what: string, cause?: unknown): never {
  throw notAModel(what, cause);
}

function notAModel(what: string, cause?: unknown): PlaygroundError {
  return new PlaygroundError(
    'bad-file',
    `This is not an int8 model of this page: ${what}.`,
    'Choose a file that the Save step wrote.',
    { cause },
  );
}
