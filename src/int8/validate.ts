// Refuses Int8Models that are malformed or whose arithmetic would leave int32 or float32, naming where and why.
// What passes runs on every engine. Not for the file format (serialize.ts).
import { isInteger, isScale, MAX_LENGTH, refuse } from './checks';
import type { Int8Model, Int8Op, Int8Tensor } from './int8-model';
import { DEFINITIONS, definitionOf } from './ops/table';

/** Of a network: engines look for each tensor's readers among all layers. */
const MAX_TENSORS = 1 << 12;
/** Of all maps together: engines keep a list of each map's pixels, and the codes themselves. */
const MAX_PIXELS = 1 << 18;
const MAX_CODES = 1 << 26;

/** @throws PlaygroundError 'bad-file' that names the first tensor or layer which is wrong */
export function validateInt8Model(model: Int8Model): void {
  const { tensors, ops } = model;
  if (model.version !== 2) refuse('the model', `its version is ${model.version}, not 2`);
  if (tensors.length === 0 || ops.length === 0) refuse('the model', 'it has no layers');
  if (tensors.length > MAX_TENSORS) refuse('the model', `it has ${tensors.length} tensors, more than ${MAX_TENSORS}`);
  tensors.forEach(checkTensor);
  checkSize(tensors);
  const computed = new Set([0]);
  const names = new Set<string>();
  for (const op of ops) {
    const where = `layer ${op.name}`;
    if (names.has(op.name)) refuse(where, 'there are two of that name');
    names.add(op.name);
    if (!Object.hasOwn(DEFINITIONS, op.op)) refuse(where, `its operation ${JSON.stringify(op.op)} is unknown`);
    checkEdges(op, where, tensors, computed);
    computed.add(op.output);
    const inputs = op.inputs.map((input) => tensors[input]);
    definitionOf(op).check(op, { where, inputs, output: tensors[op.output] });
  }
  if (computed.size !== tensors.length) refuse('the model', 'it has tensors that no layer computes');
}

function checkTensor({ h, w, c, q }: Int8Tensor, index: number): void {
  const where = `tensor ${index}`;
  if (![h, w, c].every((length) => isInteger(length, 1, MAX_LENGTH))) refuse(where, `its shape is ${h} x ${w} x ${c}`);
  if (!isInteger(q.qmin, 0, 255) || !isInteger(q.qmax, q.qmin + 1, 255))
    refuse(where, `${q.qmin}..${q.qmax} is no range of unsigned 8-bit codes`);
  if (!isInteger(q.zeroPoint, q.qmin, q.qmax)) refuse(where, `its zero point is ${q.zeroPoint}`);
  if (!isScale(q.scale)) refuse(where, `its scale is ${q.scale}, not a positive float32 number`);
}

function checkSize(tensors: readonly Int8Tensor[]): void {
  const pixels = tensors.reduce((sum, { h, w }) => sum + h * w, 0);
  const codes = tensors.reduce((sum, { h, w, c }) => sum + h * w * c, 0);
  if (pixels > MAX_PIXELS) refuse('the model', `its maps have ${pixels} pixels in all, more than ${MAX_PIXELS}`);
  if (codes > MAX_CODES) refuse('the model', `its maps have ${codes} codes in all, more than ${MAX_CODES}`);
}

/** Inputs stand before the layer; its output is a tensor nothing else computes. */
function checkEdges(op: Int8Op, where: string, tensors: readonly Int8Tensor[], computed: ReadonlySet<number>): void {
  const { arity } = definitionOf(op);
  if (op.inputs.length !== arity) refuse(where, `it has ${op.inputs.length} inputs instead of ${arity}`);
  for (const input of op.inputs)
    if (!computed.has(input)) refuse(where, `its input ${input} is not computed before it`);
  if (!isInteger(op.output, 1, tensors.length - 1) || computed.has(op.output))
    refuse(where, `its output ${op.output} is no tensor of its own`);
}
