import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neighbour, readReal, readWhole } from './read-number';

describe('a whole number as typed', () => {
  it.each([
    ['60', 60],
    [' 60 ', 60],
    ['10,000', 10_000],
    ['10 000', 10_000],
    ['10\u202f000', 10_000],
    ['-3', -3],
    ['0', 0],
  ])('%s is read', (text, value) => expect(readWhole(text)).toBe(value));

  it.each(['', '2,5', '2.5', '10.000', '1,00', '1,0000', '1e3', 'ten', '0x10', '1 2', '--1'])('%s is not', (text) =>
    expect(readWhole(text)).toBeUndefined(),
  );
});

describe('a real number as typed', () => {
  it.each([
    ['0.001', 0.001],
    ['0,001', 0.001],
    ['0,0003', 0.0003],
    [',5', 0.5],
    ['.5', 0.5],
    ['1,0', 1],
    ['3e-5', 3e-5],
    ['3E\u22125', 3e-5],
    ['1500', 1500],
  ])('%s is read', (text, value) => expect(readReal(text)).toBe(value));

  it.each(['', ',', '.', '1,500', '1.234,5', '1,234.5', '0.001s', 'NaN', 'Infinity', '0x1', 'e5', '1e'])(
    '%s is not',
    (text) => expect(readReal(text)).toBeUndefined(),
  );

  it('means the same with a comma and with a point, unless it looks like thousands', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.stringMatching(/^\d{1,6}$/), (whole, decimals) => {
        const expected = whole > 0 && decimals.length === 3 ? undefined : Number(`${whole}.${decimals}`);
        expect(readReal(`${whole},${decimals}`)).toBe(expected);
      }),
    );
  });
});

describe('the neighbour that an arrow key goes to', () => {
  it('is one away for whole numbers', () => {
    expect([neighbour(60, 1, true), neighbour(60, -1, true)]).toEqual([61, 59]);
  });

  it.each([
    [3e-5, 5e-5, 2e-5],
    [1e-3, 2e-3, 5e-4],
    [5e-4, 1e-3, 2e-4],
    [0.1, 0.2, 0.05],
    [1, 2, 0.5],
  ])('of %d is %d upwards and %d downwards', (value, up, down) => {
    expect(neighbour(value, 1, false)).toBe(up);
    expect(neighbour(value, -1, false)).toBe(down);
  });

  it('going up and down comes back to the series', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), (value) => {
        const up = neighbour(value, 1, false);
        expect(up).toBeGreaterThan(value);
        expect(up).toBeLessThanOrEqual(2.5 * value * (1 + 1e-12));
        expect(neighbour(up, -1, false)).toBeLessThanOrEqual(value);
      }),
    );
  });
});
