// Constants with which the quantized add needs one float32 multiply-add per operand in place of double precision:
// proven by trying every pair of codes. Not for adding (assembly/elementwise.ts), nor for what the exact sum is.
import { roundHalfEven } from '../core/rounding';
import type { Dequantization } from '../int8/requantize';

/** An add as PyTorch computes it, of stored codes 0..max each; low and high are relative to the zero point. */
export interface ExactAdd {
  readonly operands: readonly (Dequantization & { readonly max: number })[];
  readonly inverseScale: number;
  readonly low: number;
  readonly high: number;
}

/** code = RNE(clamp(code1 * factor1 + code2 * factor2 + offset, low, high)), every step rounded to float32. */
export interface FastAdd {
  readonly factors: readonly [number, number];
  readonly offset: number;
}

const f32 = Math.fround;
/** Where a sum falls next to a tie, moving all of them by a few roundings puts it on the right side. */
const NUDGE = 2 ** -18;
const NUDGES = 8;

/** @returns constants that give the exact code for every pair of codes; undefined when there are none close by */
export function findFastAdd({ operands, inverseScale, low, high }: ExactAdd): FastAdd | undefined {
  const [a, b] = operands;
  const code = (real: number): number => roundHalfEven(Math.min(Math.max(real, low), high));
  const scaled = ({ max }: { max: number }, factor: number): number[] =>
    Array.from({ length: max + 1 }, (_, i) => f32(i * factor));
  const reals = ({ scale, bias, max }: (typeof operands)[number]): number[] =>
    Array.from({ length: max + 1 }, (_, i) => f32(i * scale + bias));
  const [realsA, realsB] = [reals(a), reals(b)];
  const exact = realsA.flatMap((x) => realsB.map((y) => code(f32(f32(x + y) * inverseScale))));

  const factors = [f32(a.scale * inverseScale), f32(b.scale * inverseScale)] as const;
  const [scaledA, scaledB] = [scaled(a, factors[0]), scaled(b, factors[1])];
  const isExact = (offset: number): boolean =>
    scaledA.every((x, i) => scaledB.every((y, j) => code(f32(f32(x + y) + offset)) === exact[i * scaledB.length + j]));
  for (let n = 0; n <= 2 * NUDGES; n++) {
    const steps = n % 2 === 0 ? n / 2 : -(n + 1) / 2;
    const offset = f32((a.bias + b.bias) * inverseScale + steps * NUDGE);
    if (isExact(offset)) return { factors, offset };
  }
  return undefined;
}
