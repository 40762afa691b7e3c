import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreement } from './accuracy';
import { confusion, confusionDifference, countAt, liesIn } from './confusion';

const CLASSES = 4;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length, max: CLASSES - 1 });
/** Two models on the same images. */
const answers = fc
  .integer({ min: 1, max: 60 })
  .chain((n) => fc.tuple(bytes(n), bytes(n), bytes(n)))
  .map(([labels, a, b]) => [
    { labels, predictions: a },
    { labels, predictions: b },
  ]);
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
const classes = Array.from({ length: CLASSES }, (_, i) => i);
const row = (counts: Int32Array, label: number) => counts.subarray(label * CLASSES, (label + 1) * CLASSES);

describe('confusion', () => {
  it('counts what is taken for what', () => {
    const matrix = confusion({ labels: Uint8Array.of(0, 0, 1), predictions: Uint8Array.of(0, 1, 1) }, 2);
    expect([...matrix.counts]).toEqual([1, 1, 0, 1]);
    expect(countAt(matrix, { label: 0, predicted: 1 })).toBe(1);
  });

  it('has the images of each class in its row, the right answers on its diagonal', () => {
    fc.assert(
      fc.property(answers, ([a]) => {
        const matrix = confusion(a, CLASSES);
        for (const label of classes)
          expect(sum(row(matrix.counts, label))).toBe(a.labels.filter((other) => other === label).length);
        const trace = sum(classes.map((label) => countAt(matrix, { label, predicted: label })));
        expect(trace / a.labels.length).toBe(agreement(a.labels, a.predictions));
      }),
    );
  });

  it('counts in each cell the images that lie in it', () => {
    fc.assert(
      fc.property(answers, ([a]) => {
        const matrix = confusion(a, CLASSES);
        for (const label of classes)
          for (const predicted of classes) {
            const images = Array.from(a.labels.keys()).filter((i) => liesIn(a, { label, predicted }, i));
            expect(countAt(matrix, { label, predicted })).toBe(images.length);
          }
      }),
    );
  });
});

describe('confusionDifference', () => {
  it('sums to 0 in every row, and is the opposite with both exchanged', () => {
    fc.assert(
      fc.property(answers, ([a, b]) => {
        const [of, less] = [confusion(a, CLASSES), confusion(b, CLASSES)];
        const { counts } = confusionDifference(of, less);
        for (const label of classes) expect(sum(row(counts, label))).toBe(0);
        expect(confusionDifference(less, of).counts).toEqual(counts.map((count) => 0 - count));
      }),
    );
  });
});
