import fc from 'fast-check';
import uPlot from 'uplot';
import { expect, it } from 'vitest';
import { joined } from './joined';

const table = fc.integer({ min: 1, max: 3 }).chain((lines) =>
  fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 }).chain((steps) =>
    fc
      .array(fc.array(fc.double({ noNaN: true }), { minLength: steps.length, maxLength: steps.length }), {
        minLength: lines,
        maxLength: lines,
      })
      .map((columns) => [steps.sort((a, b) => a - b), ...columns] as uPlot.AlignedData),
  ),
);

it('is what uPlot makes of them', () => {
  fc.assert(
    fc.property(fc.array(table, { minLength: 1, maxLength: 4 }), (tables) => {
      expect(joined(tables)).toEqual(uPlot.join(tables));
    }),
  );
});

it('is no step where nothing was drawn yet', () => {
  expect(joined([[[], []] as uPlot.AlignedData, [[2], [5]]])).toEqual([[2], [undefined], [5]]);
});
