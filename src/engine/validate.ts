// Refuses Int8Models that are malformed or beyond what the engine computes exactly, naming the layer and why.
// Not for planning: what passes here can be planned.
import type { Int8Model, Int8Op, Int8Tensor } from '../convert/int8-model';
import { PlaygroundError } from '../core/errors';
import { outputSize } from './taps';

function refuse(where: string, what: string): never {
  throw new PlaygroundError(
    'bad-file',
    `The int8 model cannot run: ${where}: ${what}.`,
    'Convert the model again, or check the file it was loaded from.',
  );
}

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1 << 16;
/** No activation tensor may be larger. */
const MAX_ELEMENTS = 1 << 26;

function checkTensor({ h, w, c, q }: Int8Tensor, index: number): void {
  const where = `tensor ${index}`;
  if (![h, w, c].every(isSize) || h * w * c > MAX_ELEMENTS) refuse(where, `its shape is ${h} x ${w} x ${c}`);
  const codes = [q.qmin, q.zeroPoint, q.qmax];
  if (!codes.every(Number.isInteger) || q.qmin < 0 || q.qmax > 255 || q.qmin > q.zeroPoint || q.zeroPoint > q.qmax)
    refuse(where, `codes ${q.qmin}..${q.qmax} with zero point ${q.zeroPoint} are not unsigned 8-bit codes`);
  checkScale(where, q.scale);
}

function checkScale(where: string, scale: number): void {
  if (!(scale > 0 && Number.isFinite(Math.fround(1 / scale)) && Math.fround(scale) === scale))
    refuse(where, `the scale ${scale} is not a positive float32 number`);
}

const sameCodes = (a: Int8Tensor, b: Int8Tensor): boolean =>
  a.q.scale === b.q.scale && a.q.zeroPoint === b.q.zeroPoint && a.q.qmin === b.q.qmin && a.q.qmax === b.q.qmax;

function checkShape(where: string, output: Int8Tensor, h: number, w: number, c: number): void {
  if (output.h !== h || output.w !== w || output.c !== c)
    refuse(where, `its output is ${output.h} x ${output.w} x ${output.c} and should be ${h} x ${w} x ${c}`);
}

/** Input values times weights must stay inside int32, and factors inside float32. */
function checkWeighted(
  op: Extract<Int8Op, { op: 'conv' | 'linear' }>,
  input: Int8Tensor,
  values: number,
  out: Int8Tensor,
): void {
  const where = `layer ${op.name}`;
  const { weights, weightScales, bias } = op;
  if (weights.length !== out.c * values) refuse(where, `it has ${weights.length} weights and needs ${out.c * values}`);
  if (weightScales.length !== out.c || bias.length !== out.c) refuse(where, 'it needs a scale and a bias per channel');
  for (let channel = 0; channel < out.c; channel++) {
    checkScale(where, weightScales[channel]);
    let magnitude = 0;
    for (let i = channel * values; i < (channel + 1) * values; i++) magnitude += Math.abs(weights[i]);
    if (magnitude * 2 * input.q.qmax > 0x7fffffff) refuse(where, `channel ${channel} can overflow 32-bit integers`);
    const product = Math.fround(Math.fround(input.q.scale) * weightScales[channel]);
    const factors = [Math.fround(bias[channel] / product), Math.fround(product / Math.fround(out.q.scale))];
    if (product === 0 || !factors.every((factor) => Math.abs(factor) < 2 ** 96))
      refuse(where, `channel ${channel} has scales or a bias beyond float32`);
  }
}

function checkOp(op: Int8Op, tensors: readonly Int8Tensor[]): void {
  const where = `layer ${op.name}`;
  const [input, second] = op.inputs.map((index) => tensors[index]);
  const output = tensors[op.output];
  switch (op.op) {
    case 'conv':
    case 'maxpool': {
      if (!isSize(op.kernel) || !isSize(op.stride) || !Number.isInteger(op.pad) || op.pad < 0 || op.pad >= 1 << 16)
        refuse(where, `kernel ${op.kernel}, stride ${op.stride}, padding ${op.pad}`);
      if (op.op === 'maxpool' && op.pad * 2 > op.kernel) refuse(where, 'its padding is more than half its kernel');
      const [h, w] = [outputSize(input.h, op), outputSize(input.w, op)];
      checkShape(where, output, h, w, op.op === 'conv' ? output.c : input.c);
      if (op.op === 'conv') checkWeighted(op, input, op.kernel * op.kernel * input.c, output);
      else if (!sameCodes(input, output)) refuse(where, 'a pool keeps the scale and zero point of its input');
      return;
    }
    case 'linear':
      if (input.h * input.w !== 1) refuse(where, 'a linear layer takes a vector');
      checkShape(where, output, 1, 1, output.c);
      return checkWeighted(op, input, input.c, output);
    case 'add':
      if (second.h !== input.h || second.w !== input.w || second.c !== input.c)
        refuse(where, 'its inputs differ in shape');
      return checkShape(where, output, input.h, input.w, input.c);
    case 'relu':
    case 'avgpool':
      if (!sameCodes(input, output)) refuse(where, 'it must keep the scale and zero point of its input');
      return op.op === 'relu'
        ? checkShape(where, output, input.h, input.w, input.c)
        : checkShape(where, output, 1, 1, input.c);
    default:
      refuse(where, `the operation '${(op as Int8Op).op}' is not known`);
  }
}

/** @throws PlaygroundError 'bad-file' naming the first thing that is wrong */
export function validateModel(model: Int8Model): void {
  const { tensors, ops } = model;
  if (model.version !== 1) refuse('the file', `version ${model.version} is not 1`);
  if (ops.length === 0 || tensors.length === 0) refuse('the file', 'it has no layers');
  tensors.forEach(checkTensor);
  const written = new Set([0]);
  for (const op of ops) {
    const where = `layer ${op.name}`;
    if (op.inputs.length !== (op.op === 'add' ? 2 : 1)) refuse(where, `it has ${op.inputs.length} inputs`);
    for (const input of op.inputs)
      if (!written.has(input)) refuse(where, `its input ${input} is not computed before it`);
    if (!tensors[op.output] || written.has(op.output))
      refuse(where, `its output ${op.output} is missing or written twice`);
    checkOp(op, tensors);
    written.add(op.output);
  }
}
