// Every row of the table of rules and ranges on the host against PyTorch's observers and fake-quant: scale to the bit,
// zero point, codes and gradient mask exactly; what ours does where PyTorch has no scale that every device could use.
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../../src/core/errors';
import { isUnseen } from '../../src/core/qparams';
import { fakeQuantize, passMask, quantizeWeight } from '../../src/quant/fake-quant';
import { channelQParams, scaleAndZeroPoint, tensorQParams } from '../../src/quant/qparams';
import { getDefaultQatQConfig, getDefaultQConfig } from '../../src/quant/qconfigs';
import { nameOf, OBSERVED, RANGES, RULES, valuesOf } from '../qparam-table';
import { loadFixture } from './fixture';

const fixture = loadFixture('qparams');
const [torchScales, torchZeroPoints] = [fixture.f32('scale'), fixture.array('zero_point', 'int32')];
const torchCodes = fixture.array('codes', 'int32');
const [, , VALUES] = fixture.shape('codes');

/** PyTorch's answers of one rule, range by range. Its scale of a range never observed is a default, no answer. */
const rowsOf = (rule: number) =>
  RANGES.map((range, i) => {
    const at = rule * RANGES.length + i;
    return {
      range,
      scale: isUnseen(range.min, range.max) ? NaN : torchScales[at],
      zeroPoint: torchZeroPoints[at],
      codes: torchCodes.subarray(at * VALUES, (at + 1) * VALUES),
    };
  });
const observed = (min: number, max: number) => ({ min: Float32Array.of(min), max: Float32Array.of(max) });
/** Whether a scale and its inverse are normal float32 numbers: a device may take others for 0. */
const isUsable = (scale: number) => Number.isFinite(scale) && 1 / scale >= 2 ** -126;
const codeOf = (action: () => unknown) => {
  try {
    return action();
  } catch (error) {
    return (error as PlaygroundError).code;
  }
};

describe.each(RULES.map((rule, i) => [nameOf(rule), rule, rowsOf(i)] as const))('%s', (_, rule, rows) => {
  const { qmin, qmax } = rule;
  const usable = rows.filter(({ scale }) => isUsable(scale));
  const clamp = (code: number) => Math.min(Math.max(code, qmin), qmax);

  it('scale and zero point are PyTorch’s, per tensor and per channel', () => {
    expect(usable.length).toBeGreaterThan(15);
    const wanted = usable.map(({ range, scale, zeroPoint }) => [range.name, scale, zeroPoint]);
    const got = usable.map(({ range }) => {
      const { scale, zeroPoint } = tensorQParams(observed(range.min, range.max), rule);
      return [range.name, scale, zeroPoint];
    });
    expect(got).toEqual(wanted);
    const ends = (end: 'min' | 'max') => Float32Array.from(usable, ({ range }) => range[end]);
    const { scales, zeroPoints } = channelQParams({ min: ends('min'), max: ends('max') }, rule);
    expect(usable.map(({ range }, c) => [range.name, scales[c], zeroPoints[c]])).toEqual(wanted);
  });

  it('codes, and where the gradient passes, are PyTorch’s', () => {
    for (const { range, scale, zeroPoint, codes } of usable) {
      const x = valuesOf(scale, range);
      const q = { scale, zeroPoint, qmin, qmax };
      const clamped = [...codes].map(clamp);
      const y = Float32Array.from(clamped, (code) => (code - zeroPoint) * scale);
      expect([range.name, fakeQuantize(x, q)]).toEqual([range.name, y]);
      expect([range.name, [...passMask(x, q)]]).toEqual([range.name, clamped.map((code, i) => +(code === codes[i]))]);
      const perChannel = { scales: Float32Array.of(scale), zeroPoints: Int32Array.of(zeroPoint), qmin, qmax };
      if (qmin < 0) expect([range.name, [...quantizeWeight(x, perChannel)]]).toEqual([range.name, clamped]);
    }
  });

  it('where PyTorch’s scale is not usable ours is NaN, which says the training diverged', () => {
    const without = rows.filter(({ range, scale }) => !isUsable(scale) && !isUnseen(range.min, range.max));
    expect(without.length).toBeGreaterThan(8);
    for (const { range } of without) {
      const q = scaleAndZeroPoint(range.min, range.max, rule);
      expect([range.name, q]).toEqual([range.name, { scale: NaN, zeroPoint: NaN }]);
      const { min, max } = observed(range.min, range.max);
      expect(codeOf(() => tensorQParams({ min, max }, rule))).toBe('diverged');
      expect(codeOf(() => channelQParams({ min, max }, rule))).toBe('diverged');
      expect([...fakeQuantize(valuesOf(NaN, range), { ...q, qmin, qmax })].every(Number.isNaN)).toBe(true);
    }
  });

  it('a range that was never observed is refused', () => {
    const unseen = RANGES.filter((range) => !OBSERVED.includes(range));
    expect(unseen.length).toBe(1);
    for (const { min, max } of unseen)
      expect(codeOf(() => tensorQParams(observed(min, max), rule))).toBe('bad-argument');
  });
});

it('the table has every rule that a qconfig can ask for', () => {
  const bits = [2, 3, 4, 5, 6, 7, 8];
  for (const make of [getDefaultQatQConfig, getDefaultQConfig])
    for (const reduceRange of [false, true])
      for (const n of bits) {
        const { activation, weight } = make('fbgemm', { weightBits: n, activationBits: n, reduceRange });
        for (const { scheme, qmin, qmax, eps } of [activation, weight])
          expect(RULES).toContainEqual(expect.objectContaining({ scheme, qmin, qmax, eps }));
      }
});
