// What the checks of models, tensors and operations are made of: ranges, and the words of a refusal.
// Not for the checks themselves: validate.ts and ops/.
import { PlaygroundError } from '../core/errors';
import type { Int8Tensor } from './int8-model';

export const MAX_LENGTH = 1 << 16;
export const MAX_INT32 = 0x7fffffff;

export function refuse(where: string, what: string): never {
  throw new PlaygroundError(
    'bad-file',
    `This int8 model cannot be used: ${where}: ${what}.`,
    'Convert the model again, or check the file it came from.',
  );
}

export const isInteger = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;
/** Below 2^96 no code, and no sum of two, leaves float32. */
export const isScale = (scale: number): boolean =>
  scale > 0 && scale < 2 ** 96 && Math.fround(scale) === scale && Number.isFinite(Math.fround(1 / scale));

/** An operation's tensors, sound each by itself, and its name for refusals: 'layer conv1'. */
export interface Place {
  readonly where: string;
  readonly inputs: readonly Int8Tensor[];
  readonly output: Int8Tensor;
}

export function expectShape({ where, output }: Place, { h, w, c }: Pick<Int8Tensor, 'h' | 'w' | 'c'>): void {
  if (output.h !== h || output.w !== w || output.c !== c)
    refuse(where, `its output is ${output.h} x ${output.w} x ${output.c} and should be ${h} x ${w} x ${c}`);
}

export function expectInputsQParams({ where, inputs: [{ q: a }], output: { q: b } }: Place): void {
  if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint || a.qmin !== b.qmin || a.qmax !== b.qmax)
    refuse(where, 'it must keep the scale and zero point of its input');
}
