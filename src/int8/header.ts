// The JSON header of an int8 model's file: the model with each array as its length. Its form alone: whether numbers make
// sense is validate.ts's to say. Not for the bytes: serialize.ts.
import * as v from 'valibot';
import { exactly, finite, list, object, text, whole } from '../core/schema';
import type { Int8Op } from './int8-model';
import type { Listed } from './ops/definition';
import { DEFINITIONS } from './ops/table';

const count = whole(0);
const Tensor = object({
  h: count,
  w: count,
  c: count,
  q: object({ scale: finite, zeroPoint: finite, qmin: finite, qmax: finite }),
});

const base = { name: text, inputs: list(count), output: count };
const NAMES = Object.keys(DEFINITIONS).map((op) => `"${op}"`);
const OPS = Object.entries(DEFINITIONS).map(([op, { fields }], i) =>
  object({ op: v.literal(op, NAMES[i]), ...base, ...fields }),
);
// A path says that it is an object, and its `op` is none of these.
const Op = v.variant('op', OPS, ({ path }) => (path ? `one of ${NAMES.join(', ')}` : 'an object'));

export const HeaderSchema = object({
  version: exactly(2),
  name: text,
  tensors: list(Tensor),
  // Each definition's fields are typed as its operation's.
  ops: list(Op as v.GenericSchema<unknown, Listed<Int8Op>>),
});
export type Header = v.InferOutput<typeof HeaderSchema>;
