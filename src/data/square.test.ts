import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centredAt, largestSquare, leastOf, movedTo, sizedTo, type Area, type Square } from './square';

const side = fc.integer({ min: 1, max: 1024 });
const anywhere = fc.integer({ min: -5000, max: 5000 });
const areas = fc.record({ width: side, height: side });

function expectWithin({ x, y, size }: Square, { width, height }: Area): void {
  for (const value of [x, y, size]) expect(Number.isInteger(value)).toBe(true);
  expect(x).toBeGreaterThanOrEqual(0);
  expect(y).toBeGreaterThanOrEqual(0);
  expect(x + size).toBeLessThanOrEqual(width);
  expect(y + size).toBeLessThanOrEqual(height);
  expect(size).toBeGreaterThanOrEqual(leastOf({ width, height }));
}

describe('the square', () => {
  const area = { width: 640, height: 480 };

  it('begins as the largest, in the middle', () => {
    expect(largestSquare(area)).toEqual({ x: 80, y: 0, size: 480 });
    expect(largestSquare({ width: 3, height: 8 })).toEqual({ x: 0, y: 3, size: 3 });
  });

  it('keeps its middle where its size changes and the edges let it', () => {
    expect(sizedTo({ x: 200, y: 100, size: 100 }, 60, area)).toEqual({ x: 220, y: 120, size: 60 });
    expect(sizedTo({ x: 0, y: 0, size: 100 }, 200, area)).toEqual({ x: 0, y: 0, size: 200 });
    expect(sizedTo({ x: 200, y: 100, size: 100 }, 1, area).size).toBe(32);
    expect(sizedTo({ x: 200, y: 100, size: 100 }, 9999, area).size).toBe(480);
  });

  it('is moved, and stops at the edges', () => {
    const square = { x: 10, y: 10, size: 100 };
    expect(movedTo(square, 30, 40, area)).toEqual({ x: 30, y: 40, size: 100 });
    expect(movedTo(square, -3, 900, area)).toEqual({ x: 0, y: 380, size: 100 });
    expect(centredAt(square, 320, 240, area)).toEqual({ x: 270, y: 190, size: 100 });
  });

  it('never leaves the picture, whatever is done to it', () => {
    const steps = fc.array(fc.record({ kind: fc.constantFrom('move', 'centre', 'size'), a: anywhere, b: anywhere }));
    fc.assert(
      fc.property(areas, steps, (area, steps) => {
        let square = largestSquare(area);
        expectWithin(square, area);
        for (const { kind, a, b } of steps) {
          if (kind === 'move') square = movedTo(square, a, b, area);
          else if (kind === 'centre') square = centredAt(square, a, b, area);
          else square = sizedTo(square, a, area);
          expectWithin(square, area);
        }
      }),
    );
  });
});
