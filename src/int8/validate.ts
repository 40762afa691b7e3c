// Refuses Int8Models that are malformed or whose arithmetic would leave int32 or float32, naming where and why.
// What passes runs on every engine. Not for the file format (serialize.ts).
import { PlaygroundError } from '../core/errors';
import type { QParams } from '../core/qparams';
import { outputLength } from '../core/window';
import type { Int8Conv, Int8Linear, Int8Model, Int8Op, Int8Tensor } from './int8-model';

const MAX_LENGTH = 1 << 16;
/** Of a network: engines look for each tensor's readers among all layers. */
const MAX_TENSORS = 1 << 12;
/** Of all maps together: engines keep a list of each map's pixels, and the codes themselves. */
const MAX_PIXELS = 1 << 18;
const MAX_CODES = 1 << 26;
const MAX_INT32 = 0x7fffffff;

/** @throws PlaygroundError 'bad-file' that names the first tensor or layer which is wrong */
export function validateInt8Model(model: Int8Model): void {
  const { tensors, ops } = model;
  if (model.version !== 1) refuse('the model', `its version is ${model.version}, not 1`);
  if (tensors.length === 0 || ops.length === 0) refuse('the model', 'it has no layers');
  if (tensors.length > MAX_TENSORS) refuse('the model', `it has ${tensors.length} tensors, more than ${MAX_TENSORS}`);
  tensors.forEach(checkTensor);
  checkSize(tensors);
  const computed = new Set([0]);
  const names = new Set<string>();
  for (const op of ops) {
    if (names.has(op.name)) refuse(`layer ${op.name}`, 'there are two of that name');
    names.add(op.name);
    checkEdges(op, tensors, computed);
    computed.add(op.output);
    checkOp(op, tensors);
  }
  if (computed.size !== tensors.length) refuse('the model', 'it has tensors that no layer computes');
}

function refuse(where: string, what: string): never {
  throw new PlaygroundError(
    'bad-file',
    `This int8 model cannot be used: ${where}: ${what}.`,
    'Convert the model again, or check the file it came from.',
  );
}

const isInteger = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;
/** Below 2^96 no code, and no sum of two, leaves float32. */
const isScale = (scale: number): boolean =>
  scale > 0 && scale < 2 ** 96 && Math.fround(scale) === scale && Number.isFinite(Math.fround(1 / scale));

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
function checkEdges(op: Int8Op, tensors: readonly Int8Tensor[], computed: ReadonlySet<number>): void {
  const where = `layer ${op.name}`;
  const arity = op.op === 'add' ? 2 : 1;
  if (op.inputs.length !== arity) refuse(where, `it has ${op.inputs.length} inputs instead of ${arity}`);
  for (const input of op.inputs)
    if (!computed.has(input)) refuse(where, `its input ${input} is not computed before it`);
  if (!isInteger(op.output, 1, tensors.length - 1) || computed.has(op.output))
    refuse(where, `its output ${op.output} is no tensor of its own`);
}

function checkOp(op: Int8Op, tensors: readonly Int8Tensor[]): void {
  const where = `layer ${op.name}`;
  const input = tensors[op.inputs[0]];
  const output = tensors[op.output];
  const expectShape = (h: number, w: number, c: number): void => {
    if (output.h !== h || output.w !== w || output.c !== c)
      refuse(where, `its output is ${output.h} x ${output.w} x ${output.c} and should be ${h} x ${w} x ${c}`);
  };
  const keepsQParams = (): void => {
    if (!sameQParams(input.q, output.q)) refuse(where, 'it must keep the scale and zero point of its input');
  };
  switch (op.op) {
    case 'conv':
    case 'maxpool': {
      const { kernel, stride, pad } = op;
      const largestPad = op.op === 'conv' ? kernel - 1 : Math.floor(kernel / 2);
      if (!isInteger(kernel, 1, MAX_LENGTH) || !isInteger(stride, 1, MAX_LENGTH) || !isInteger(pad, 0, largestPad))
        refuse(where, `kernel ${kernel}, stride ${stride} and padding ${pad} do not go together`);
      const c = op.op === 'conv' ? output.c : input.c;
      expectShape(outputLength(input.h, op), outputLength(input.w, op), c);
      if (op.op === 'conv') checkWeighted(op, input, output, kernel * kernel * input.c);
      else keepsQParams();
      return;
    }
    case 'linear':
      if (input.h !== 1 || input.w !== 1) refuse(where, 'it takes a vector, not a map');
      expectShape(1, 1, output.c);
      return checkWeighted(op, input, output, input.c);
    case 'add': {
      const other = tensors[op.inputs[1]];
      expectShape(input.h, input.w, input.c);
      return expectShape(other.h, other.w, other.c);
    }
    case 'relu':
      expectShape(input.h, input.w, input.c);
      return keepsQParams();
    case 'avgpool':
      expectShape(1, 1, input.c);
      return keepsQParams();
    default:
      refuse(where, `its operation ${JSON.stringify((op satisfies never as { op: unknown }).op)} is unknown`);
  }
}

function sameQParams(a: QParams, b: QParams): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.qmin === b.qmin && a.qmax === b.qmax;
}

/** @param terms products that each output sums */
function checkWeighted(op: Int8Conv | Int8Linear, input: Int8Tensor, output: Int8Tensor, terms: number): void {
  const where = `layer ${op.name}`;
  const { weights, weightScales, bias } = op;
  const channels = output.c;
  if (weights.length !== channels * terms) refuse(where, `it has ${weights.length} weights, not ${channels * terms}`);
  if (weightScales.length !== channels || bias.length !== channels)
    refuse(where, `it has ${weightScales.length} weight scales and ${bias.length} biases, not ${channels}`);
  for (let channel = 0; channel < channels; channel++) {
    if (!isScale(weightScales[channel])) refuse(where, `the scale of channel ${channel} is ${weightScales[channel]}`);
    let reach = 0;
    for (let i = channel * terms; i < (channel + 1) * terms; i++) reach += Math.abs(weights[i]);
    // Engines may sum codes and subtract the zero point's part afterwards: both must fit.
    if (reach * 2 * input.q.qmax > MAX_INT32) refuse(where, `the sums of channel ${channel} can pass 32-bit integers`);
    const product = Math.fround(input.q.scale * weightScales[channel]);
    const factors = [Math.fround(bias[channel] / product), Math.fround(product / output.q.scale)];
    // 2^96 leaves room for the product of an accumulator and the multiplier.
    if (product === 0 || !factors.every((factor) => Math.abs(factor) < 2 ** 96))
      refuse(where, `the scales or the bias of channel ${channel} leave float32's range`);
  }
}
