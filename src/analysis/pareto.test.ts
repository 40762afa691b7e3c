// The front against its definition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront, type Point } from './pareto';

const points = fc.array(fc.record({ cost: fc.nat(20), accuracy: fc.nat(20) }), { maxLength: 30 });
const dominates = (a: Point, b: Point) =>
  a.cost <= b.cost && a.accuracy >= b.accuracy && (a.cost < b.cost || a.accuracy > b.accuracy);

describe('paretoFront', () => {
  it('has no point that another dominates, and all others', () => {
    fc.assert(
      fc.property(points, (all) => {
        const front = paretoFront(all);
        for (const point of front) expect(all.some((other) => dominates(other, point))).toBe(false);
        for (const point of all) {
          const isThere = front.some(({ cost, accuracy }) => cost === point.cost && accuracy === point.accuracy);
          expect(isThere).toBe(!all.some((other) => dominates(other, point)));
        }
      }),
    );
  });

  it('rises in both', () => {
    fc.assert(
      fc.property(points, (all) => {
        const front = paretoFront(all);
        front.slice(1).forEach(({ cost, accuracy }, i) => {
          expect(cost).toBeGreaterThan(front[i].cost);
          expect(accuracy).toBeGreaterThan(front[i].accuracy);
        });
      }),
    );
  });

  it('is its own front', () => {
    fc.assert(
      fc.property(points, (all) => {
        expect(paretoFront(paretoFront(all))).toEqual(paretoFront(all));
      }),
    );
  });

  it('leaves out what was no number', () => {
    expect(paretoFront([{ cost: 1, accuracy: NaN }])).toEqual([]);
  });
});
