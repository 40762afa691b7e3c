// The JSON header of an int8 model's file: the model with each array as its length. Its form alone: whether numbers make
// sense is validate.ts's to say. Not for the bytes: serialize.ts.
import * as v from 'valibot';
import { exactly, finite, flag, list, object, text, whole } from '../core/schema';

const count = whole(0);
const Tensor = object({
  h: count,
  w: count,
  c: count,
  q: object({ scale: finite, zeroPoint: finite, qmin: finite, qmax: finite }),
});

const base = { name: text, inputs: list(count), output: count };
const window = { kernel: count, stride: count, pad: count };
/** Of its arrays. */
const lengths = { weights: count, weightScales: count, bias: count };
const of = <const Op extends string>(op: Op) => v.literal(op, `"${op}"`);

const OPS = [
  object({ op: of('conv'), ...base, ...window, relu: flag, ...lengths }),
  object({ op: of('linear'), ...base, ...lengths }),
  object({ op: of('maxpool'), ...base, ...window }),
  object({ op: of('add'), ...base, relu: flag }),
  object({ op: of('relu'), ...base }),
  object({ op: of('avgpool'), ...base }),
] as const;
const NAMES = OPS.map(({ entries }) => `"${entries.op.literal}"`).join(', ');

export const HeaderSchema = object({
  version: exactly(1),
  name: text,
  tensors: list(Tensor),
  // A path says that it is an object, and its `op` is none of these.
  ops: list(v.variant('op', [...OPS], ({ path }) => (path ? `one of ${NAMES}` : 'an object'))),
});
export type Header = v.InferOutput<typeof HeaderSchema>;
