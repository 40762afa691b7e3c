// A record: what the engine's memory says of one operation, field by field. Where fields are: assembly/layout.ts.
// Not for what an operation's fields hold: ops/ and conv-records.ts.
import { OP_BARRIER, OP_IN, OP_IN2, OP_KIND, OP_OUT, OP_UNITS } from './assembly/layout';

/** A value as WASM loads it, in bytes from the record's start. */
export interface Field {
  readonly at: number;
  readonly type: 'i32' | 'f32' | 'f64';
  readonly value: number;
}
const field =
  (type: Field['type']) =>
  (at: number, value: number): Field => ({ at, type, value });
export const i32 = field('i32');
export const f32 = field('f32');
export const f64 = field('f64');

export interface OpRecord {
  readonly kind: number;
  /** Of work, split evenly over threads. */
  readonly units: number;
  /** In bytes from the arena's start. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** Those of its kind. */
  readonly fields: readonly Field[];
}

/** An operation that does nothing. */
export const NOTHING: OpRecord = { kind: 0, units: 0, inputs: [0], output: 0, fields: [] };

const SETTERS = { i32: 'setInt32', f32: 'setFloat32', f64: 'setFloat64' } as const;

/** Writes fields relative to `start`. */
export function writeFields(view: DataView, start: number, fields: readonly Field[]): void {
  for (const { at, type, value } of fields) view[SETTERS[type]](start + at, value, true);
}

/** @param waits for all threads before it runs */
export function writeRecord(view: DataView, start: number, record: OpRecord, waits: boolean): void {
  const { kind, units, inputs, output, fields } = record;
  writeFields(view, start, [
    i32(OP_KIND, kind),
    i32(OP_BARRIER, waits ? 1 : 0),
    i32(OP_UNITS, units),
    i32(OP_IN, inputs[0]),
    i32(OP_IN2, inputs[1] ?? 0),
    i32(OP_OUT, output),
    ...fields,
  ]);
}
