// The one table of rules (scheme, signed or unsigned codes, bits, narrow or not) and ranges (one-sided, constant, tiny,
// huge, not finite, never observed) on which every backend must give what src/quant gives. reference/golden/qparams.py
// makes it, with PyTorch's answers for tests/golden/qparams.test.ts. Not for running kernels.
import { isUnseen } from '../src/core/qparams';
import type { FakeQuantAttrs } from '../src/device/contract';
import { fakeQuantize, passMask } from '../src/quant/fake-quant';
import { scaleAndZeroPoint } from '../src/quant/qparams';
import type { QuantRule } from '../src/quant/types';
import fixture from './golden/fixtures/qparams.json';

/** A range by name. */
export interface TableRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

export const RULES = fixture.values.rules as readonly QuantRule[];
export const RANGES: readonly TableRange[] = fixture.values.ranges.map(({ name, min, max }) => {
  return { name, min: Number(min), max: Number(max) };
});
/** Those that an observer can give once it has seen a value. */
export const OBSERVED = RANGES.filter(({ min, max }) => !isUnseen(min, max));

/** What to quantize over a range: multiples of its scale that tell scale and zero point apart, and its ends. */
export function valuesOf(scale: number, { min, max }: TableRange): Float32Array {
  const unit = Number.isFinite(scale) ? scale : 1;
  const largest = 3.4028234663852886e38;
  const multiples = fixture.values.multiples.map((k) => Math.min(Math.max(k * unit, -largest), largest));
  return Float32Array.of(...multiples, min, max);
}

export const nameOf = ({ scheme, qmin, qmax }: QuantRule): string => `${scheme}, ${qmin} to ${qmax}`;

/** One call of a kernel: inputs with their shapes, values on the first axis; and the first output, by src/quant. */
export interface TableCase {
  readonly name: string;
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, readonly [values: Float32Array, shape: number[]]>>;
  readonly attrs: FakeQuantAttrs;
  readonly ranges: readonly TableRange[];
  readonly wanted: Float32Array;
}

/**
 * Fake-quant and its gradient of a rule over every range as a whole tensor, and over all of them as the channels of one.
 * The scaled ones too, per channel with factors of 1, if the backend has them.
 */
export function tableCases(rule: QuantRule, ranges: readonly TableRange[], hasScaled: boolean): TableCase[] {
  const plain = ['QatFakeQuant', 'QatFakeQuantGrad'];
  const perChannel = hasScaled ? [...plain, 'QatFakeQuantScaled', 'QatFakeQuantScaledGrad'] : plain;
  return [
    ...ranges.flatMap((range) => plain.map((kernel) => tableCase(kernel, rule, [range]))),
    ...perChannel.map((kernel) => tableCase(kernel, rule, ranges)),
  ];
}

function tableCase(kernel: string, rule: QuantRule, ranges: readonly TableRange[]): TableCase {
  const isGradient = kernel === 'QatFakeQuantGrad' || kernel === 'QatFakeQuantScaledGrad';
  const isScaled = kernel === 'QatFakeQuantScaled' || kernel === 'QatFakeQuantScaledGrad';
  const columns = ranges.map((range) => {
    const q = isUnseen(range.min, range.max)
      ? { scale: NaN, zeroPoint: NaN }
      : scaleAndZeroPoint(range.min, range.max, rule);
    const x = valuesOf(q.scale, range);
    const qparams = { ...q, qmin: rule.qmin, qmax: rule.qmax };
    const wanted = isGradient ? Float32Array.from(passMask(x, qparams)) : fakeQuantize(x, qparams);
    return { x, wanted };
  });
  const rows = columns[0].x.length;
  const interleaved = (key: 'x' | 'wanted') =>
    Float32Array.from({ length: rows * ranges.length }, (_, i) => {
      return columns[i % ranges.length][key][Math.floor(i / ranges.length)];
    });
  const ends = Float32Array.of(...ranges.map(({ min }) => min), ...ranges.map(({ max }) => max));
  const shape = ranges.length === 1 ? [rows] : [rows, ranges.length];
  const ones = (size: number) => new Float32Array(size).fill(1);
  const { scheme, qmin, qmax, eps } = rule;
  return {
    name: `${kernel}, ${nameOf(rule)}, per ${ranges.length === 1 ? 'tensor' : 'channel'}`,
    kernel,
    inputs: {
      x: [interleaved('x'), shape],
      ...(isGradient ? { dy: [ones(rows * ranges.length), shape] } : {}),
      ...(isScaled ? { factor: [ones(ranges.length), [ranges.length]] } : {}),
      range: [ends, [2, ranges.length]],
    },
    attrs: { scheme, qmin, qmax, eps },
    ranges,
    wanted: interleaved('wanted'),
  };
}

/** Where a kernel's output is not what was wanted, bit for bit but for the sign of 0, in words. NaN equals NaN alone. */
export function mismatches({ name, inputs, ranges, wanted }: TableCase, got: ArrayLike<number>): string[] {
  if (got.length !== wanted.length) return [`${name}: ${got.length} values, not ${wanted.length}`];
  return Array.from(wanted).flatMap((want, i) => {
    if (Object.is(got[i] + 0, want + 0)) return [];
    return [`${name}, ${ranges[i % ranges.length].name}: ${inputs.x[0][i]} gives ${got[i]}, not ${want}`];
  });
}
