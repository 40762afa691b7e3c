// What defines an operation of the integer model: one file per operation beside this one, table.ts has them all.
// Not for how an engine runs it fast (src/engine/ops) nor for other runtimes' names for it (src/export/ops).
import type * as v from 'valibot';
import type { Place } from '../checks';
import type { Int8Op, Int8Tensor } from '../int8-model';

export interface Definition<Op extends Int8Op> {
  readonly arity: 1 | 2;
  /** What a file's header says of it beyond its name, inputs and output. */
  readonly fields: Fields<Op>;
  /** Its arrays in a file's order: weights packed, all others float32. */
  readonly arrays: readonly ArrayField<Op>[];
  /** @throws PlaygroundError 'bad-file' when it does not go with its tensors or could leave int32 or float32 */
  check(op: Op, at: Place): void;
  /** Its integers straight from the formula: the measure of every engine, clear and exact rather than fast. */
  compute(op: Op, inputs: readonly Int8Tensor[], output: Int8Tensor): Compute;
}

/** Output codes from its inputs' codes, one image each, NHWC. */
export type Compute = (...inputs: Uint8Array[]) => Uint8Array;

/** An operation as a file's header has it: an array as its length. */
export type Listed<Op> = { readonly [F in keyof Op]: Op[F] extends ArrayBufferView ? number : Op[F] };
type ArrayField<Op> = { [F in keyof Op]: Op[F] extends ArrayBufferView ? F : never }[keyof Op];
type Fields<Op> = { readonly [F in Exclude<keyof Op, keyof Int8Op>]: v.GenericSchema<Listed<Op>[F]> };

/** Codes of a tensor. */
export const size = ({ h, w, c }: Int8Tensor): number => h * w * c;
export const clamp = (code: number, low: number, high: number): number => Math.min(Math.max(code, low), high);
