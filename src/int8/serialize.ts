// An Int8Model as one file: what Save downloads; its length is the model's size.
// Layout, little-endian: magic, length of the header (uint32), header (JSON, UTF-8), then each array at a multiple of
// 8 bytes from the file's start, in the order of the header's operations; weights as weight-bits.ts packs them. Files of
// version 1 open, too. Not for other formats.
import { PlaygroundError } from '../core/errors';
import { inWords, parse } from '../core/schema';
import { HeaderSchema, type Header } from './header';
import type { Int8Model, Int8Op } from './int8-model';
import { definitionOf, DEFINITIONS } from './ops/table';
import { validateInt8Model } from './validate';
import { upgraded } from './version-1';
import { packBits, packedBytes, unpackBits } from './weight-bits';

const MAGIC = new TextEncoder().encode('QATINT8\n');
const HEADER_AT = MAGIC.length + 4;
const ALIGNMENT = 8;

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** @throws PlaygroundError when the model is malformed */
export function serializeInt8Model(model: Int8Model): Uint8Array<ArrayBuffer> {
  validateInt8Model(model);
  const header = headerBytes(model);
  const arrays = model.ops.flatMap((op) =>
    arraysOf(op).map(({ data, bits }) => (data instanceof Int8Array ? packBits(data, bits) : data)),
  );
  const file = new Uint8Array(int8FileBytes(model));
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(MAGIC.length, header.length, true);
  file.set(header, HEADER_AT);
  let at = aligned(HEADER_AT + header.length);
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at = aligned(at + array.byteLength);
  }
  return file;
}

/** An operation's arrays in a file's order, and the bits of each value. */
function arraysOf(op: Int8Op): { readonly data: Int8Array | Float32Array; readonly bits: number }[] {
  return definitionOf(op).arrays.map((field) => ({ data: op[field], bits: bitsIn(op, field) }));
}

const bitsIn = (op: { readonly op: string; readonly weightBits?: number }, field: string): number =>
  field === 'weights' ? op.weightBits! : 32;

/** The length of a model's file, which is not made for it. */
export function int8FileBytes(model: Int8Model): number {
  const lengths = model.ops.flatMap((op) => arraysOf(op).map(({ data, bits }) => packedBytes(data.length, bits)));
  return lengths.reduce((end, length) => aligned(end) + length, aligned(HEADER_AT + headerBytes(model).length));
}

/** Arrays stand in the header as their lengths. */
function headerBytes(model: Int8Model): Uint8Array {
  const lengths = (_key: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? arrayLength(value) : value);
  return new TextEncoder().encode(JSON.stringify(model, lengths));
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
  const take = (length: number, bits: number, field: string): Uint8Array<ArrayBuffer> => {
    end = at + packedBytes(length, bits);
    if (end > file.length) refuse(`${field} is ${length}, and it ends early`);
    const copy = new Uint8Array(file.subarray(at, end));
    at = aligned(end);
    return copy;
  };
  const ops = header.ops.map((op, i) => {
    const fields: readonly string[] = DEFINITIONS[op.op].arrays;
    const arrays = fields.map((field) => {
      const length = (op as unknown as Readonly<Record<string, number>>)[field];
      const bits = bitsIn(op, field);
      const taken = take(length, bits, `ops[${i}].${field}`);
      return [field, field === 'weights' ? unpackBits(taken, length, bits) : new Float32Array(taken.buffer)];
    });
    return { ...op, ...Object.fromEntries(arrays) } as Int8Op;
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
  return parse(HeaderSchema, upgraded(header), (fault) => notAModel(inWords(fault)));
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
